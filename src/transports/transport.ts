import type { BytePipe } from '../rfb/protocol/connection.ts';
import type { Credentials } from '../rfb/protocol/security/security-type.ts';

/** A way to reach a console: one file or folder each, one line in index.ts. */
export interface Transport {
  /** The URL schemes it serves, without colon. */
  readonly schemes: readonly string[];
  /** An example address for help texts, whole: `tls:host:1`. */
  readonly example: string;
  /**
   * Checks the address before anything is dialled, and returns how to show it (secrets removed). An address is always
   * whole, scheme included: `vnc://host:5901`, `exec:ssh …`.
   * @throws UsageError `BAD_ADDRESS`
   */
  describe(address: string): string;
  /**
   * Opens the pipe. Aborting `signal` ends the attempt with the signal's reason; once open, it has no effect.
   * @throws ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED` · UsageError `BAD_ADDRESS`
   */
  open(address: string, options: OpenOptions): Promise<Opened>;
}

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  readonly tls?: TlsOptions | undefined;
  /** Extra headers of a websocket's upgrade request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sub-protocol to ask for, exactly one; default `binary`. */
  readonly subprotocol?: string | undefined;
  /** Told what is no error but worth a line. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

export interface TlsOptions {
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** SHA-256 of the server's certificate (DER), 64 hex digits: it and no other is accepted, whoever signed it. */
  readonly pin?: string | undefined;
  /** Accepts any certificate: encryption without knowing with whom. */
  readonly insecure?: boolean | undefined;
}

export interface Opened {
  readonly pipe: BytePipe;
  /** What the transport learnt on the way: a console ticket's password. The caller's own credentials go first. */
  readonly credentials?: Credentials;
}

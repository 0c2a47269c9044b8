import type { BytePipe } from '../rfb/protocol/connection.ts';
import type { Credentials, CredentialsProvider } from '../rfb/protocol/security/security-type.ts';
import type { TlsOptions } from '../rfb/protocol/security/tls/trust.ts';

export type { TlsOptions };

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
  /** Environment variables of the provider's own tools that it understands: their values come as `variables`. */
  readonly variables?: readonly string[];
  /** What opening may take where nobody said so, in milliseconds; default 10 000. */
  readonly connectTimeoutMs?: number;
  /**
   * What a browser opens the console by: for a short time, and for whoever has it.
   * @throws as `open`
   */
  browserConsole?(address: string, options: OpenOptions): Promise<BrowserConsole>;
  /** Whether it dials from another machine where `via` says so. */
  readonly goesVia?: boolean;
  /** What the API in front of the consoles can do beside opening one. */
  readonly machines?: MachinesApi;
  /**
   * Opens a text console, where there are such. Aborting `signal` ends the attempt with the signal's reason; once open, it has no
   * effect.
   * @throws as `open`
   */
  openTerminal?(address: string, options: OpenTerminalOptions): Promise<Terminal>;
}

export interface BrowserConsole {
  /** A page that is the console (`https:`), or a websocket that needs no header (`wss:`). It holds a secret. */
  readonly url: URL;
  /** What the console itself wants. */
  readonly password?: string;
}

/** An API that knows machines. Its addresses may leave the machine out where all are meant: `proxmox://host`. */
export interface MachinesApi {
  /**
   * The machines that these credentials can see, in the API's order.
   * @throws ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED` · AuthenticationError · UsageError `BAD_ADDRESS`
   */
  list(address: string, options: OpenOptions): Promise<readonly Machine[]>;
  /** The actions that it has. */
  readonly powerActions: readonly PowerAction[];
  /**
   * Switches the machine of the address, and comes back when the API says that it is done.
   * @throws as `list` · ActionError `ACTION_FAILED`: the machine or the API refuses
   */
  power(address: string, action: PowerAction, options: OpenOptions): Promise<void>;
}

export interface Machine {
  /** What stands in an address to mean it, for good: an id, a uuid. */
  readonly id: string;
  readonly name: string;
  /** As the API says it: `running`, `stopped`, `Halted`. */
  readonly state: string;
  /** What its console is: `vnc`, `text`, `none`. */
  readonly console: ConsoleKind;
  /** Whole, to be used as a target. */
  readonly address: string;
  /** Where it runs, where there is more than one place. */
  readonly host?: string;
}

export type ConsoleKind = 'vnc' | 'text' | 'none';

/** `shutdown` and `reboot` ask the guest; `off` and `reset` do not. */
export const POWER_ACTIONS = ['on', 'off', 'shutdown', 'reset', 'reboot'] as const;
export type PowerAction = (typeof POWER_ACTIONS)[number];

export interface OpenOptions {
  readonly signal?: AbortSignal | undefined;
  /** For an API in front of the console; asked only when no variable says more. The console's own go another way. */
  readonly credentials?: CredentialsProvider | undefined;
  /** Values of the transport's `variables`; nothing below the command line reads the environment. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /**
   * An access token: of the API, or of what stands in front of a websocket, where it goes into the address in place of
   * `{token}`, else into an Authorization header.
   */
  readonly token?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** `ssh:user@host`: the machine from which is dialled, in place of this one. */
  readonly via?: string | undefined;
  /** Extra headers of a websocket's upgrade request, or of an HTTP CONNECT. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sub-protocol to ask for, exactly one; default `binary`. */
  readonly subprotocol?: string | undefined;
  /** Told what is no error but worth a line. */
  readonly onWarning?: ((message: string) => void) | undefined;
  /** Told what is waited for from now on, for the message when the time is up: `logging in at pve.example:8006`. */
  readonly onProgress?: ((doing: string) => void) | undefined;
}

export interface OpenTerminalOptions extends OpenOptions {
  /** Default 80x24. */
  readonly size?: TerminalSize | undefined;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** A text console: bytes that it prints, bytes that are typed. Enter is `\r`; text is UTF-8. */
export interface Terminal {
  /** Where it leads, for messages. */
  readonly name: string;
  /** What it prints, as it comes: a character may be cut in two. Ends when the other side does. Iterated once. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Types. Resolves when the bytes are on their way. */
  write(bytes: Uint8Array): Promise<void>;
  resize(size: TerminalSize): Promise<void>;
  /** Idempotent. Ends `output`, and leaves nothing that keeps the process alive. */
  close(): Promise<void>;
}

export interface Opened {
  readonly pipe: BytePipe;
  /** What the transport learnt on the way, a console ticket's password: goes before the caller's own. */
  readonly credentials?: Credentials;
  /**
   * The password is the console's own and another's the moment somebody else comes: a refusal may mean just that, and all of
   * `open` is worth another try.
   */
  readonly passwordMayBeOvertaken?: boolean;
  /** To be called when the handshake is over, however it ended: whoever waits to open the same console goes on then. */
  readonly release?: () => void;
  /** Something has to be sent each so often, in milliseconds: whoever sits in between cuts what is idle. */
  readonly keepAliveMs?: number;
}

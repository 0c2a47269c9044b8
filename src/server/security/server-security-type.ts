import type { Connection } from '../../rfb/protocol/connection.ts';

/** The server's side of a security type, RFC 6143 §7.2. One file each, one line in index.ts. */
export interface ServerSecurityType {
  /** The number on the wire. */
  readonly type: number;
  /** What `--security` accepts. */
  readonly name: string;
  /** Authenticates, up to SecurityResult and without it. */
  authenticate(connection: Connection, secrets: ServerSecrets): Promise<Verdict>;
}

/** What a viewer must know. */
export interface ServerSecrets {
  /** Asked for when the viewer has answered: it may change meanwhile. */
  readonly password?: string | undefined;
}

export interface Verdict {
  /** The connection to go on with. */
  readonly connection: Connection;
  /** Why the viewer is turned away; absent when it is not. */
  readonly refusal?: string;
}

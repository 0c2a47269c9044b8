import type { Connection } from '../connection.ts';

export interface SecurityTypeInfo {
  /** The number on the wire. */
  readonly type: number;
  /** What `--security` accepts. */
  readonly name: string;
  /** Whether what follows is encrypted. */
  readonly encrypts: boolean;
}

/** A security type, RFC 6143 §7.2 and rfbproto. One file each, one line in index.ts. */
export interface SecurityType extends SecurityTypeInfo {
  /** Authenticates, up to SecurityResult and without it. Returns the connection to go on with. */
  authenticate(connection: Connection, context: SecurityContext): Promise<Connection>;
}

/** Keeps the name's literal type, for `SecurityTypeName`. */
export const defineSecurityType = <const Name extends string>(securityType: SecurityType & { readonly name: Name }) =>
  securityType;

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A code that is good for once, where an API wants a second factor: `123456`, or `recovery:…`. */
  readonly otp?: string | undefined;
}

/** What a server wants to know: asked of the caller only when it is needed. */
export type CredentialsProvider = (wanted: readonly (keyof Credentials)[]) => Credentials | Promise<Credentials>;

export interface SecurityContext {
  readonly credentials: CredentialsProvider;
  /** Tells the user something that is no error. */
  warn(message: string): void;
}

import type { Connection } from '../../rfb/protocol/connection.ts';
import type { ServerCertificate } from './tls.ts';

/** The server's side of a security type, RFC 6143 §7.2. One file each, one line in index.ts. */
export interface ServerSecurityType {
  /** The number on the wire. */
  readonly type: number;
  readonly name: string;
  /** What `--security` accepts: the type's name, or one for each of its sub-types. */
  readonly methods: readonly string[];
  /** Authenticates by one of `methods`, up to SecurityResult and without it. */
  authenticate(connection: Connection, secrets: ServerSecrets, methods: readonly string[]): Promise<Verdict>;
}

/** A type, and which of its methods may be used. */
export interface OfferedSecurity {
  readonly securityType: ServerSecurityType;
  readonly methods: readonly string[];
}

/** A type, with all its methods. */
export function offer(securityType: ServerSecurityType): OfferedSecurity {
  return { securityType, methods: securityType.methods };
}

/** What a viewer must know, and by what the server shows who it is. */
export interface ServerSecrets {
  /** Asked for when the viewer has answered: it may change meanwhile. */
  readonly password?: string | undefined;
  /** Left out, any name does. */
  readonly username?: string | undefined;
  readonly certificate?: ServerCertificate | undefined;
  /** Private, PEM: of RA2 and Apple's RSA. */
  readonly rsaKey?: string | undefined;
}

export interface Verdict {
  /** The connection to go on with. */
  readonly connection: Connection;
  /** The method that was used; left out by types of one. */
  readonly method?: string;
  /** Why the viewer is turned away; absent when it is not. */
  readonly refusal?: string;
  /** Nothing was asked: before 3.8 no SecurityResult follows. */
  readonly unasked?: boolean;
  /** ServerInit is followed by Tight's capabilities. */
  readonly capabilities?: boolean;
}

/** A type of one method. */
export function defineServerSecurityType({
  type,
  name,
  authenticate,
}: Pick<ServerSecurityType, 'type' | 'name' | 'authenticate'>): ServerSecurityType {
  return { type, name, methods: [name], authenticate };
}

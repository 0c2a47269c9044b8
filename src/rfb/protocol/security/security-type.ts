import type { Connection } from '../connection.ts';
import type { CheckServerKey } from './server-key.ts';
import type { TlsOptions } from './tls/trust.ts';

/** How a session was secured. */
export interface SecurityTypeInfo {
  /** The number on the wire. */
  readonly type: number;
  /** The number below it, of VeNCrypt and Tight. */
  readonly subtype?: number | undefined;
  /** What `--security` accepts. */
  readonly name: string;
  /** Whether what follows is encrypted. */
  readonly encrypts: boolean;
  /** Whether the server has proved who it is, by a certificate or a key that was known. */
  readonly verified: boolean;
}

/** One way to secure a connection, as `--security` names it. */
export interface SecurityMethod<Name extends string = string> {
  readonly name: Name;
  readonly encrypts: boolean;
  /** By what the server proves who it is. */
  readonly identity: 'certificate' | 'key' | 'none';
  readonly asks: readonly (keyof Credentials)[];
  /** The password goes readably where nothing around encrypts it. */
  readonly exposesPassword?: true;
}

/** A security type, RFC 6143 §7.2 and rfbproto. One file each, one line in index.ts. */
export interface SecurityType<Name extends string = string> {
  readonly type: number;
  readonly name: string;
  /** One, of the type's own name; or a sub-type each, most preferred first. */
  readonly methods: readonly SecurityMethod<Name>[];
  /** Authenticates, up to SecurityResult and without it. */
  authenticate(connection: Connection, context: SecurityContext): Promise<Authenticated>;
}

export interface Authenticated {
  /** The connection to go on with. */
  readonly connection: Connection;
  /** Left out by types of one method. */
  readonly method?: SecurityMethod;
  readonly subtype?: number;
  readonly verified?: boolean;
  /** Nothing was asked: before 3.8 no SecurityResult follows. */
  readonly unasked?: boolean;
  /** ServerInit is followed by Tight's capabilities. */
  readonly capabilities?: boolean;
}

/** A type of one method. */
export function defineSecurityType<const Name extends string>({
  type,
  authenticate,
  ...method
}: SecurityMethod<Name> & Pick<SecurityType, 'type' | 'authenticate'>): SecurityType<Name> {
  return { type, name: method.name, methods: [method], authenticate };
}

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** A code that is good for once, where an API wants a second factor: `123456`, or `recovery:…`. */
  readonly otp?: string | undefined;
  /** The machine behind the server: XVP. */
  readonly target?: string | undefined;
}

/**
 * What a server wants to know: asked of the caller only when it is needed. With nothing wanted, only what is known without asking
 * anybody is to be told: it decides between types that want a user name and types that want none.
 */
export type CredentialsProvider = (wanted: readonly (keyof Credentials)[]) => Credentials | Promise<Credentials>;

/** What the user has to say about security. */
export interface SecurityOptions {
  /** Names of the methods that may be used, most preferred first; default: all, in the registry's order. */
  readonly security?: readonly string[] | undefined;
  /** Certificates of TLS inside RFB. With a CA or a pin, only methods with certificates are chosen by themselves. */
  readonly tls?: TlsOptions | undefined;
  /** Lets types send a password that everybody on the way can read. */
  readonly allowPlaintextPassword?: boolean | undefined;
  /** Told the key of a server that has one (RA2, Apple RSA). Left out, any is taken, with a warning. */
  readonly checkServerKey?: CheckServerKey | undefined;
}

export interface SecurityContext extends SecurityOptions {
  readonly credentials: CredentialsProvider;
  /** Types that the server offers and that would do as well: for the error of one that has nothing in common below it. */
  readonly instead?: readonly string[];
  /** Tells the user something that is no error. */
  warn(message: string): void;
  /** Tells what was agreed on the way. */
  tell(event: SecurityEvent): void;
}

export type SecurityEvent =
  /** Of a type with methods, the method. */
  | { readonly type: 'securityChosen'; readonly name: string }
  /** The sub-types that a type has under it. */
  | { readonly type: 'subtypesOffered'; readonly of: string; readonly offered: readonly string[] }
  /** Why a method that both sides know is not used. */
  | { readonly type: 'securityRefused'; readonly name: string; readonly because: string }
  | { readonly type: 'tls'; readonly protocol: string; readonly cipher: string; readonly identity: string }
  | { readonly type: 'serverKey'; readonly fingerprint: string; readonly known: boolean };

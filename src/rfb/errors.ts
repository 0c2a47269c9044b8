/** The whole error taxonomy on one screen. Branch on `code`, never on `message`. */

export type RfbErrorCode =
  // ProtocolError: the peer broke the specification
  | 'BAD_GREETING'
  | 'BAD_LENGTH'
  | 'BAD_RECT'
  | 'BAD_SUBENCODING'
  | 'BAD_ZLIB'
  | 'BAD_JPEG'
  | 'BAD_VALUE'
  | 'UNKNOWN_ENCODING'
  | 'UNKNOWN_MESSAGE'
  // UnsupportedError: nothing in common
  | 'UNSUPPORTED_VERSION'
  | 'NO_COMMON_SECURITY_TYPE'
  | 'UNSUPPORTED_BY_SERVER'
  // AuthenticationError
  | 'AUTHENTICATION_FAILED'
  | 'CREDENTIALS_REQUIRED'
  | 'TOO_MANY_ATTEMPTS'
  // ConnectionError: the network, TLS, HTTP
  | 'CONNECT_FAILED'
  | 'TLS_UNTRUSTED'
  | 'SERVER_KEY_UNTRUSTED'
  | 'CONNECTION_REFUSED_BY_SERVER'
  | 'CONNECTION_LOST'
  | 'CLOSED'
  // TimeoutError
  | 'TIMED_OUT'
  // ActionError: the session is fine, what was asked of it is not possible
  | 'ACTION_FAILED'
  | 'OUTPUT_FAILED'
  // UsageError: the caller
  | 'BAD_ADDRESS'
  | 'BAD_CONFIG'
  | 'BAD_FONT'
  | 'BAD_KEY'
  | 'BAD_IMAGE'
  | 'BAD_OPTION'
  | 'BAD_RECORDING'
  | 'BAD_TRACE'
  | 'BAD_SCRIPT'
  | 'PACKAGE_MISSING';

/** Where in a connection's life an error arose. */
export type Phase = 'connect' | 'greeting' | 'security' | 'init' | 'session' | 'close';

export interface RfbErrorOptions extends ErrorOptions {
  readonly phase?: Phase;
}

export abstract class RfbError extends Error {
  readonly code: RfbErrorCode;
  /** Filled in by the layer that knows it; the first to know wins. */
  phase: Phase | undefined;

  constructor(code: RfbErrorCode, message: string, options: RfbErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.phase = options.phase;
  }
}

/** The peer broke the specification. The byte stream cannot be trusted further: the connection is closed. */
export class ProtocolError extends RfbError {}

/** Both sides are right, and have nothing in common. */
export class UnsupportedError extends RfbError {}

/** Credentials were wrong, missing or locked out. `reason` is the server's own text where it gave one. */
export class AuthenticationError extends RfbError {
  readonly reason: string | undefined;

  constructor(code: RfbErrorCode, message: string, options: RfbErrorOptions & { readonly reason?: string } = {}) {
    super(code, message, options);
    this.reason = options.reason;
  }
}

/** The network, TLS or the HTTP in front: `cause` is Node's own error where there is one. */
export class ConnectionError extends RfbError {}

/** A deadline of ours passed; the message says what was awaited and what was seen last. */
export class TimeoutError extends RfbError {
  constructor(message: string, options?: RfbErrorOptions) {
    super('TIMED_OUT', message, options);
  }
}

/** What was asked of a healthy session could not be done. */
export class ActionError extends RfbError {}

/** The caller passed something unusable: an address, a key name, an option. */
export class UsageError extends RfbError {}

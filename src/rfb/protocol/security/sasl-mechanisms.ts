import { encodeText } from '../text.ts';
import { ScramClient } from './scram.ts';

/** What goes to and fro, from the client's side. */
export interface SaslExchange {
  /** The answer to what the server has sent; at the beginning it has sent nothing. */
  next(data: Uint8Array | undefined): Promise<Uint8Array | undefined>;
  /** Whether the server has proved what the mechanism lets it prove. */
  readonly proved: boolean;
}

export interface SaslMechanism {
  readonly name: string;
  readonly exposesPassword?: true;
  start(username: string, password: string): SaslExchange;
}

/** Most preferred first. */
export const saslMechanisms: readonly SaslMechanism[] = [
  { name: 'SCRAM-SHA-512', start: (username, password) => new ScramClient('sha512', username, password) },
  { name: 'SCRAM-SHA-256', start: (username, password) => new ScramClient('sha256', username, password) },
  { name: 'SCRAM-SHA-1', start: (username, password) => new ScramClient('sha1', username, password) },
  { name: 'PLAIN', exposesPassword: true, start: plain },
];

/** RFC 4616. */
function plain(username: string, password: string): SaslExchange {
  return {
    next: async (data) => (data === undefined ? encodeText(`\0${username}\0${password}`) : undefined),
    proved: true,
  };
}

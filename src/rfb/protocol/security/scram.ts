import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { AuthenticationError, ProtocolError } from '../../errors.ts';
import { MAX_SCRAM_ITERATIONS, MIN_SCRAM_ITERATIONS } from '../limits.ts';
import { decodeText, encodeText, printable } from '../text.ts';
import type { SaslExchange } from './sasl-mechanisms.ts';

export type ScramHash = 'sha1' | 'sha256' | 'sha512';

/** No channel binding, RFC 5802 §6: Node's TLS gives none to both kinds of server alike. */
const GS2_HEADER = 'n,,';

/** SCRAM, RFC 5802 and RFC 7677, the client's side. It ends only with a server that knows the password as well. */
export class ScramClient implements SaslExchange {
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #nonce: string;
  readonly #firstBare: string;
  #serverSignature: Uint8Array | undefined;
  /** By its signature. */
  proved = false;

  constructor(hash: ScramHash, username: string, password: string, nonce = randomBytes(18).toString('base64')) {
    this.#hash = hash;
    this.#password = password;
    this.#nonce = nonce;
    this.#firstBare = `n=${escapeName(username)},r=${nonce}`;
  }

  async next(data: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (this.#serverSignature) {
      if (data !== undefined && !this.proved) this.#checkSignature(fieldsOf(data));
      return undefined;
    }
    if (data === undefined) return encodeText(`${GS2_HEADER}${this.#firstBare}`);
    return encodeText(await this.#final(decodeText(data), fieldsOf(data)));
  }

  async #final(serverFirst: string, fields: ReadonlyMap<string, string>): Promise<string> {
    const nonce = fields.get('r') ?? '';
    const salt = Buffer.from(fields.get('s') ?? '', 'base64');
    const iterations = Number(fields.get('i'));
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw broken('the server’s nonce does not go on from ours');
    }
    if (salt.length === 0) throw broken('the server sent no salt');
    if (!(iterations >= MIN_SCRAM_ITERATIONS && iterations <= MAX_SCRAM_ITERATIONS)) {
      throw broken(
        `${printable(fields.get('i') ?? 'no', 20)} iterations, allowed are ${MIN_SCRAM_ITERATIONS} to ${MAX_SCRAM_ITERATIONS}`,
      );
    }
    const withoutProof = `c=${Buffer.from(GS2_HEADER).toString('base64')},r=${nonce}`;
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`;
    const { clientProof, serverSignature } = await scramProofs(this.#hash, this.#password, {
      salt,
      iterations,
      message,
    });
    this.#serverSignature = serverSignature;
    return `${withoutProof},p=${Buffer.from(clientProof).toString('base64')}`;
  }

  #checkSignature(fields: ReadonlyMap<string, string>): void {
    const error = fields.get('e');
    if (error !== undefined) {
      const message = `authentication (SCRAM) failed: ${printable(error, 80)}; check user name and password`;
      throw new AuthenticationError('AUTHENTICATION_FAILED', message, { reason: printable(error) });
    }
    const signature = Buffer.from(fields.get('v') ?? '', 'base64');
    const wanted = this.#serverSignature;
    if (!wanted || signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) {
      throw broken('the server’s signature is wrong: it does not know the password');
    }
    this.proved = true;
  }
}

export interface ScramProofs {
  readonly storedKey: Uint8Array;
  readonly clientProof: Uint8Array;
  readonly serverSignature: Uint8Array;
}

/** RFC 5802 §3, for both sides; `message` is its AuthMessage. */
export async function scramProofs(
  hash: ScramHash,
  password: string,
  { salt, iterations, message }: { readonly salt: Uint8Array; readonly iterations: number; readonly message: string },
): Promise<ScramProofs> {
  const hmac = (key: Uint8Array, data: string) => createHmac(hash, key).update(data).digest();
  const length = createHash(hash).digest().length;
  const salted = await promisify(pbkdf2)(password.normalize('NFKC'), salt, iterations, length, hash);
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash(hash).update(clientKey).digest();
  const signature = hmac(storedKey, message);
  return {
    storedKey,
    clientProof: clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)),
    serverSignature: hmac(hmac(salted, 'Server Key'), message),
  };
}

/** `n=user,r=nonce`, RFC 5802 §5.1. */
export function fieldsOf(message: Uint8Array): ReadonlyMap<string, string> {
  return new Map(
    decodeText(message)
      .split(',')
      .map((field) => [field.slice(0, 1), field.slice(2)]),
  );
}

function escapeName(name: string): string {
  return name.normalize('NFKC').replaceAll('=', '=3D').replaceAll(',', '=2C');
}

function broken(why: string): ProtocolError {
  return new ProtocolError('BAD_VALUE', `SCRAM: ${why}`);
}

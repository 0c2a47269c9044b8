import { createCipheriv, timingSafeEqual } from 'node:crypto';

const BLOCK = 16;

/** EAX of Bellare, Rogaway and Wagner with AES, a nonce of 16 bytes and a whole tag: CMAC and CTR are Node's, in part. */
export class AesEax {
  readonly #key: Uint8Array;
  readonly #bits: number;
  /** The subkeys of CMAC, NIST SP 800-38B §6.1. */
  readonly #whole: Uint8Array;
  readonly #padded: Uint8Array;

  /** 16 or 32 bytes. */
  constructor(key: Uint8Array) {
    this.#key = key;
    this.#bits = key.length * 8;
    const cipher = createCipheriv(`aes-${this.#bits}-ecb`, key, null).setAutoPadding(false);
    this.#whole = doubled(cipher.update(new Uint8Array(BLOCK)));
    this.#padded = doubled(this.#whole);
  }

  /** The ciphertext, followed by its tag. */
  seal(nonce: Uint8Array, header: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const start = this.#mac(0, nonce);
    const ciphertext = this.#counted(start, plaintext);
    return Buffer.concat([ciphertext, this.#tag(start, header, ciphertext)]);
  }

  /** The plaintext; undefined when it is not what was sealed with this nonce and header. */
  open(nonce: Uint8Array, header: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const ciphertext = sealed.subarray(0, -BLOCK);
    const start = this.#mac(0, nonce);
    if (sealed.length < BLOCK || !timingSafeEqual(sealed.subarray(-BLOCK), this.#tag(start, header, ciphertext))) {
      return undefined;
    }
    return this.#counted(start, ciphertext);
  }

  #tag(start: Uint8Array, header: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    return xor(xor(start, this.#mac(1, header)), this.#mac(2, ciphertext));
  }

  #counted(start: Uint8Array, bytes: Uint8Array): Uint8Array {
    return createCipheriv(`aes-${this.#bits}-ctr`, this.#key, start).update(bytes);
  }

  /** CMAC of a block that is the number `tweak`, and `bytes`. */
  #mac(tweak: number, bytes: Uint8Array): Uint8Array {
    const length = BLOCK + bytes.length;
    const message = new Uint8Array(Math.ceil(length / BLOCK) * BLOCK);
    message[BLOCK - 1] = tweak;
    message.set(bytes, BLOCK);
    if (message.length > length) message[length] = 0x80;
    const last = message.subarray(-BLOCK);
    last.set(xor(last, message.length > length ? this.#padded : this.#whole));
    const cipher = createCipheriv(`aes-${this.#bits}-cbc`, this.#key, new Uint8Array(BLOCK)).setAutoPadding(false);
    return cipher.update(message).subarray(-BLOCK);
  }
}

/** Twice, in the field of 2^128 elements. */
function doubled(block: Uint8Array): Uint8Array {
  const twice = block.map((byte, i) => (byte << 1) | ((block[i + 1] ?? 0) >> 7));
  if ((block[0] ?? 0) & 0x80) twice[BLOCK - 1] = (twice[BLOCK - 1] ?? 0) ^ 0x87;
  return twice;
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return Uint8Array.from(one, (byte, i) => byte ^ (other[i] ?? 0));
}

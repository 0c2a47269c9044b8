/** Every cap on what a peer may announce, each with its reason. Nothing is allocated, awaited or looped over above these. */

/** TigerVNC's own limit for either side of a desktop. */
export const MAX_DESKTOP_SIDE = 16_384;

/** 64 Mpixel (256 MiB of RGBA): four 4K screens and to spare, while 65535×65535 would be 16 GiB. */
export const MAX_DESKTOP_PIXELS = 64 * 1024 * 1024;

/** Desktop names are window titles. */
export const MAX_DESKTOP_NAME = 64 * 1024;

/** Failure reasons are sentences. */
export const MAX_REASON = 16 * 1024;

/** Clipboards are text for people; TigerVNC stops at 256 KiB, libvncclient at 1 MiB: what is longer is skipped, not kept. */
export const MAX_CUT_TEXT = 1024 * 1024;

/** A longer clipboard is not worth waiting for even to skip it: this is no clipboard but a broken stream. */
export const MAX_SKIPPED_CUT_TEXT = 64 * 1024 * 1024;

/** Cursors are small; 1024 admits every accessibility size. */
export const MAX_CURSOR_SIDE = 1024;

/** The payload of a Fence, rfbproto "ServerFence". */
export const MAX_FENCE_PAYLOAD = 64;

/**
 * How often the subrectangles of RRE and CoRRE may paint all of their rectangle. Servers make them disjoint; each takes 8 to
 * 12 bytes, in which a stranger could ask for a whole screen again and again.
 */
export const MAX_SUBRECT_OVERPAINT = 8;

/** User names and passwords that servers take by their length; QEMU's SASL stops at 1 MiB, TigerVNC's Plain at 1024 characters. */
export const MAX_CREDENTIAL = 1024;

/** QEMU's own list has some hundred bytes. */
export const MAX_SASL_MECHANISM_LIST = 4096;

/** One step of SASL: SCRAM's have some hundred bytes. */
export const MAX_SASL_DATA = 64 * 1024;

/** SCRAM takes two. */
export const MAX_SASL_STEPS = 16;

/** RFC 7677 §4: less makes a password cheap to guess for who has asked for its hash. */
export const MIN_SCRAM_ITERATIONS = 4096;

/** About a second of work: more would be work for its own sake. */
export const MAX_SCRAM_ITERATIONS = 1_000_000;

/** RSA keys of RA2 and Apple's type: TigerVNC's own limits. */
export const MIN_RSA_BITS = 1024;
export const MAX_RSA_BITS = 8192;

/** A public key as DER: one of RSA with 8192 bits has 1050 bytes. */
export const MAX_PUBLIC_KEY = 4096;

/** Of a Diffie-Hellman prime, in bytes: macOS has 128; more than 4096 bits would only be work. */
export const MAX_DIFFIE_HELLMAN_LENGTH = 512;

/** 1024 bits: primes below were broken in public (Logjam, 2015). */
export const SAFE_DIFFIE_HELLMAN_LENGTH = 128;

/** Tunnels, authentications, messages and encodings of Tight: TightVNC has some dozen. */
export const MAX_TIGHT_CAPABILITIES = 1024;

/** The most bytes that a compressed payload may take for pixels of `rawLength` bytes: zlib's own worst case, and room for empty blocks. */
export function maxCompressedLength(rawLength: number): number {
  return rawLength + (rawLength >>> 3) + 4096;
}

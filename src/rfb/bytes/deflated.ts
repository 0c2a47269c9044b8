import { constants, deflateSync, inflateSync } from 'node:zlib';
import { ProtocolError } from '../errors.ts';

/** As zlib data (RFC 1950) that is flushed and not ended: LibVNCServer takes an end for an error. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
}

/**
 * What zlib data (RFC 1950) that stands alone inflates to; undefined when that is more than `limit` bytes. Its end may be missing:
 * some servers only flush.
 * @throws ProtocolError `BAD_ZLIB`
 */
export function inflateWithin(bytes: Uint8Array, limit: number): Uint8Array | undefined {
  try {
    return inflateSync(bytes, { maxOutputLength: limit, finishFlush: constants.Z_SYNC_FLUSH });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw new ProtocolError('BAD_ZLIB', `corrupt zlib data: ${message}`, { cause });
  }
}

import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { ByteWriter } from '../../bytes/byte-writer.ts';
import { ProtocolError } from '../../errors.ts';
import { MAX_FENCE_PAYLOAD } from '../limits.ts';

/** The body that ClientFence and ServerFence share, rfbproto. */
export interface Fence {
  readonly flags: number;
  readonly payload: Uint8Array;
}

export const FENCE_BLOCK_BEFORE = 1 << 0;
export const FENCE_BLOCK_AFTER = 1 << 1;
export const FENCE_SYNC_NEXT = 1 << 2;
export const FENCE_REQUEST = 0x80000000;

export const FENCE = 248;

export function writeFence(out: ByteWriter, { flags, payload }: Fence): void {
  out.u8(FENCE).pad(3).u32(flags).u8(payload.length).bytes(payload);
}

export async function readFence(reader: ByteReader): Promise<Fence> {
  await reader.need(8);
  reader.skip(3);
  const flags = reader.u32();
  const length = reader.u8();
  if (length > MAX_FENCE_PAYLOAD) {
    throw new ProtocolError('BAD_LENGTH', `fence payload of ${length} bytes, allowed are ${MAX_FENCE_PAYLOAD}`);
  }
  await reader.need(length);
  return { flags, payload: reader.view(length).slice() };
}

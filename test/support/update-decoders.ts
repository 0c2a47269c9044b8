import { createCoreDecoder } from '../../src/rfb/core/core-decoder.ts';
import { ReferenceDecoder } from '../../src/rfb/protocol/reference-decoder.ts';
import type { DecoderName, UpdateDecoder } from '../../src/rfb/protocol/update-decoder.ts';

/** Each decoder of updates: what holds for one must hold for the other. */
export const updateDecoders: readonly DecoderName[] = ['core', 'reference'];

export async function createUpdateDecoder(name: DecoderName): Promise<UpdateDecoder> {
  if (name === 'reference') return new ReferenceDecoder();
  const core = await createCoreDecoder();
  if (!core) throw new Error('this Node has no WebAssembly with SIMD');
  return core;
}

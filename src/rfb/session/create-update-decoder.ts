import { ReferenceDecoder } from '../protocol/reference-decoder.ts';
import type { DecoderName, UpdateDecoder } from '../protocol/update-decoder.ts';

/** Loads the core only when it is wanted, and while the handshake goes on. */
export async function createUpdateDecoder(decoder: DecoderName = 'core'): Promise<UpdateDecoder> {
  if (decoder === 'reference') return new ReferenceDecoder();
  const { createCoreDecoder } = await import('../core/core-decoder.ts');
  return (await createCoreDecoder()) ?? new ReferenceDecoder();
}

import type { ByteReader } from '../bytes/byte-reader.ts';
import { RectReceiver } from './rect-receiver.ts';
import type { UpdateDecoder, UpdateTarget } from './update-decoder.ts';

/** The decoders of encodings/, one rectangle after the other: readable, portable, and the second opinion on the core. */
export class ReferenceDecoder implements UpdateDecoder {
  readonly name = 'reference';
  readonly #rects = new RectReceiver();

  readonly allocate = (length: number): Uint32Array => new Uint32Array(length);

  async receive(reader: ByteReader, target: UpdateTarget): Promise<void> {
    if (!reader.has(3)) await reader.need(3);
    reader.skip(1);
    const count = reader.u16();
    target.beginUpdate();
    for (let number = 1; number <= count && !target.updateEnded; number++) {
      if (!reader.has(12)) await reader.need(12);
      const offset = reader.offset;
      const rect = { x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
      await this.#rects.receive(reader, target, rect, reader.s32(), { number, count, offset });
      if (target.breathless) await target.breathe();
    }
    target.finishUpdate();
  }

  close(): void {
    this.#rects.close();
  }
}

import type { ByteReader } from '../bytes/byte-reader.ts';
import { ProtocolError } from '../errors.ts';
import type { RectDecoder } from './encodings/encoding.ts';
import { encodings } from './encodings/index.ts';
import { assertInside, describeRect, type Rect } from './rect.ts';
import type { UpdateTarget } from './update-decoder.ts';

/** Where a rectangle stands in its update: the first is number 1. */
export interface RectPosition {
  readonly number: number;
  readonly count: number;
  /** Of its header in the stream. */
  readonly offset: number;
}

/** Reads what follows a rectangle's header, by the decoders of encodings/ and by pseudo-encodings/. One for a connection. */
export class RectReceiver {
  readonly #decoders = new Map<number, { readonly name: string; readonly decoder: RectDecoder }>(
    encodings.map((encoding) => [encoding.type, { name: encoding.name, decoder: encoding.createDecoder() }]),
  );

  /** @throws ProtocolError `UNKNOWN_ENCODING` when nothing of that type was asked for, and whatever its decoder throws */
  async receive(
    reader: ByteReader,
    target: UpdateTarget,
    rect: Rect,
    type: number,
    { number, count, offset }: RectPosition,
  ): Promise<void> {
    const encoding = this.#decoders.get(type);
    if (encoding) {
      assertInside(rect, target.framebuffer, encoding.name);
      await encoding.decoder.decode(reader, rect, target);
      target.painted(rect, encoding.name);
      return;
    }
    const pseudoEncoding = target.pseudoEncoding(type);
    if (!pseudoEncoding) {
      throw new ProtocolError(
        'UNKNOWN_ENCODING',
        `rectangle ${number} of ${count} (${describeRect(rect)}, stream offset ${offset}) has encoding ${type}, which was not asked for`,
      );
    }
    target.confirm(pseudoEncoding.name);
    await pseudoEncoding.apply?.(reader, rect, target);
  }

  close(): void {
    for (const { decoder } of this.#decoders.values()) decoder.close?.();
  }
}

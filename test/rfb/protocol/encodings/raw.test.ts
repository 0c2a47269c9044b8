import { describe, expect, test } from 'vitest';
import { raw } from '../../../../src/rfb/protocol/encodings/raw.ts';
import { decode, describeDecoder, rows, wire } from '../../../support/decode.ts';
import { formatSamples } from '../../../support/formats.ts';
import { updateDecoders } from '../../../support/update-decoders.ts';

describeDecoder(
  raw,
  formatSamples.map(({ name, options, pixel: [a, b], shown: [showA, showB] }) => ({
    name,
    ...options,
    size: [3, 3],
    rects: [{ x: 1, y: 0, width: 2, height: 2 }],
    bytes: wire(a, b, b, b),
    wanted: [`...... ${showA} ${showB}`, `...... ${showB} ${showB}`, '...... ...... ......'],
  })),
  [],
);

describe.each(updateDecoders)('%s, raw', (decoder) => {
  test('reads nothing for a rectangle without area', async () => {
    const rects = [
      { x: 2, y: 0, width: 0, height: 1 },
      { x: 0, y: 1, width: 2, height: 0 },
    ];
    expect(rows(await decode(decoder, raw, [], { size: [2, 1], rects }))).toEqual(['...... ......']);
  });

  test('takes rows that are longer than what is waited for at once', async () => {
    const bytes = new Uint8Array(16_384 * 3 * 4).fill(9);
    const framebuffer = await decode(decoder, raw, [bytes], { size: [16_384, 3] });
    expect(framebuffer.pixels.every((pixel) => pixel === 0xff090909)).toBe(true);
  });
});

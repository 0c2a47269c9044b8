import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ByteReader } from '../../../../src/rfb/bytes/byte-reader.ts';
import { ByteWriter } from '../../../../src/rfb/bytes/byte-writer.ts';
import { ProtocolError } from '../../../../src/rfb/errors.ts';
import {
  type ClipboardMessage,
  readClipboardMessage,
  writeClipboardMessage,
} from '../../../../src/rfb/protocol/messages/clipboard-message.ts';
import { chunksOf } from '../../../support/pipes.ts';
import { pieces } from '../../../support/segmentations.ts';

function written(message: ClipboardMessage): Uint8Array {
  const out = new ByteWriter();
  writeClipboardMessage(out, message);
  return out.take();
}

/** Reads a length and what follows. */
async function read(bytes: Uint8Array, size = 64 * 1024): Promise<{ message: ClipboardMessage; rest: number }> {
  const reader = new ByteReader(chunksOf(pieces(bytes, size)));
  await reader.need(4);
  const length = -reader.s32();
  const message = await readClipboardMessage(reader, length);
  return { message, rest: bytes.length - reader.offset };
}

/** A message with these flags and this payload. */
const raw = (flags: number, payload: Uint8Array = new Uint8Array(0)) =>
  new ByteWriter()
    .s32(-(4 + payload.length))
    .u32(flags)
    .bytes(payload)
    .take();

const provided = (...formats: Uint8Array[]) => {
  const out = new ByteWriter();
  for (const format of formats) out.u32(format.length).bytes(format);
  return deflateSync(out.take());
};

const TEXT = 1;
const HTML = 4;
const PROVIDE = 1 << 28;

describe('messages of rfbproto', () => {
  test.each<[string, ClipboardMessage, readonly number[]]>([
    [
      'caps',
      { action: 'caps', formats: 1, actions: ['request', 'peek', 'notify', 'provide'], maxTextLength: 0x1234 },
      [0xff, 0xff, 0xff, 0xf8, 0x1f, 0, 0, 1, 0, 0, 0x12, 0x34],
    ],
    ['request', { action: 'request', formats: 1 }, [0xff, 0xff, 0xff, 0xfc, 2, 0, 0, 1]],
    ['peek', { action: 'peek', formats: 0 }, [0xff, 0xff, 0xff, 0xfc, 4, 0, 0, 0]],
    ['notify', { action: 'notify', formats: 5 }, [0xff, 0xff, 0xff, 0xfc, 8, 0, 0, 5]],
  ])('%s: these bytes, both ways', async (_action, message, bytes) => {
    expect([...written(message)]).toEqual(bytes);
    expect(await read(Uint8Array.from(bytes))).toEqual({ message, rest: 0 });
  });

  test('provide: UTF-8 with CRLF and a NUL, behind its length, as zlib data', async () => {
    const bytes = raw(PROVIDE | TEXT, provided(Buffer.from('zażółć\r\n☃\0')));
    for (const size of [1, 3, 64]) {
      expect(await read(bytes, size)).toEqual({ message: { action: 'provide', text: 'zażółć\n☃' }, rest: 0 });
    }
    const text = 'a\nß\n\n€ 😀';
    expect(await read(written({ action: 'provide', text }))).toEqual({ message: { action: 'provide', text }, rest: 0 });
  });

  test('caps of several formats: the length of texts is theirs', async () => {
    const sizes = new ByteWriter().u32(7).u32(8).u32(9).take();
    const { message, rest } = await read(raw((1 << 24) | (1 << 26) | 0b10101, sizes));
    expect(message).toEqual({ action: 'caps', formats: 0b10101, actions: ['peek'], maxTextLength: 7 });
    expect(rest).toBe(0);
  });

  test('formats beside the text are passed over, and what is no text is none', async () => {
    const both = raw(PROVIDE | TEXT | HTML, provided(Buffer.from('text\0'), Buffer.from('<b>text</b>')));
    expect((await read(both)).message).toEqual({ action: 'provide', text: 'text' });
    const html = raw(PROVIDE | HTML, provided(Buffer.from('<b>text</b>')));
    expect(await read(html)).toEqual({ message: { action: 'provide', text: undefined }, rest: 0 });
  });

  test('a text above the limit is skipped, however small it comes', async () => {
    const bomb = raw(PROVIDE | TEXT, provided(Buffer.alloc(64 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await read(bomb)).toEqual({ message: { action: 'provide', text: undefined }, rest: 0 });
    const long = raw(PROVIDE | TEXT, new Uint8Array(2 * 1024 * 1024));
    expect(await read(long)).toEqual({ message: { action: 'provide', text: undefined }, rest: 0 });
  });

  test('zlib data that is only flushed, as TigerVNC sends it, and is what LibVNCServer wants', async () => {
    const sent = written({ action: 'provide', text: 'x' });
    // The end of a zlib stream would be a last block and a checksum: this ends with an empty block.
    expect([...sent.subarray(-4)]).toEqual([0, 0, 0xff, 0xff]);
    expect((await read(sent)).message).toEqual({ action: 'provide', text: 'x' });
  });

  test('cut short anywhere, the connection is lost', async () => {
    for (const whole of [
      raw(PROVIDE | TEXT, provided(Buffer.from('text\0'))),
      written({ action: 'peek', formats: 0 }),
    ]) {
      for (let length = 4; length < whole.length; length++) {
        await expect(read(whole.subarray(0, length))).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
      }
    }
  });

  test.each([
    ['too short', new ByteWriter().s32(-3).pad(3).take(), 'BAD_LENGTH', /of 3 bytes/],
    ['no action', raw(TEXT), 'BAD_VALUE', /flags 0x1, wanted one action/],
    ['two actions', raw((1 << 25) | (1 << 26)), 'BAD_VALUE', /wanted one action/],
    ['caps without lengths', raw((1 << 24) | 3, new Uint8Array(4)), 'BAD_LENGTH', /caps of 2 formats in 4 bytes/],
    ['no zlib data', raw(PROVIDE | TEXT, Uint8Array.of(1, 2, 3, 4)), 'BAD_ZLIB', /corrupt/],
    [
      'a text longer than what is there',
      raw(PROVIDE | TEXT, deflateSync(Uint8Array.of(0, 0, 0, 9, 1))),
      'BAD_LENGTH',
      /text of 9 bytes in 5 bytes/,
    ],
  ])('refused: %s', async (_what, bytes, code, message) => {
    const error = await read(bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

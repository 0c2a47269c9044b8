import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { ProtocolError } from '../../../src/rfb/errors.ts';
import { decodeJpeg, jpegSize } from '../../../src/rfb/protocol/jpeg.ts';
import { CoreJpeg } from '../../support/core-jpeg.ts';
import { recordedStreams, sha256 } from '../../support/recorded-streams.ts';
import { StreamPlayer } from '../../support/stream-player.ts';
import { createUpdateDecoder } from '../../support/update-decoders.ts';

const root = resolve(import.meta.dirname, '../../..');
const fixtures = join(root, 'fixtures/jpeg');
const corpus = process.env.RFBCTL_CORPUS ?? join(root, '../shared/corpus');

interface Picture {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly sha256: string;
  readonly inCore: boolean;
  readonly bytes: Uint8Array;
}

const pictures: readonly Picture[] = Object.entries(
  JSON.parse(readFileSync(join(fixtures, 'pictures.json'), 'utf8')) as Record<string, Omit<Picture, 'name' | 'bytes'>>,
).map(([name, facts]) => ({ name, ...facts, bytes: readFileSync(join(fixtures, `${name}.jpg`)) }));
const inCore = pictures.filter((picture) => picture.inCore);

const core = await CoreJpeg.compile();

/** Each picture that the reference decoders of the streams meet, with what they make of it. */
const played: {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array;
}[] = [];

vi.mock('../../../src/rfb/protocol/jpeg.ts', async (load) => {
  const original = await load<typeof import('../../../src/rfb/protocol/jpeg.ts')>();
  return {
    ...original,
    async decodeJpeg(bytes: Uint8Array, width: number, height: number) {
      const pixels = await original.decodeJpeg(bytes, width, height);
      const rgba = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
      played.push({ bytes: bytes.slice(), width, height, rgba });
      return pixels;
    },
  };
});

/** Where a marker is, or -1. */
function markerAt(bytes: Uint8Array, marker: number, from = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(Buffer.from([0xff, marker]), from);
}

async function reference(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array | 'BAD_JPEG'> {
  try {
    const pixels = await decodeJpeg(bytes, width, height);
    return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  } catch (error) {
    if (error instanceof ProtocolError && error.code === 'BAD_JPEG') return error.code;
    throw error;
  } finally {
    played.length = 0;
  }
}

/** The rule between the two: what the core decodes, or calls broken, the reference does, too. */
async function expectAgreement(bytes: Uint8Array, width: number, height: number): Promise<void> {
  const { result, rgba } = core.decode(bytes, width, height);
  if (result === 'UNSUPPORTED') return;
  const wanted = await reference(bytes, width, height);
  const verdict = wanted === 'BAD_JPEG' ? 'BROKEN' : Buffer.compare(rgba, wanted) === 0 ? 'OK' : 'other pixels';
  expect(result, Buffer.from(bytes).toString('hex')).toBe(verdict);
}

test.each(pictures)("$name: the pixels are djpeg's", async ({ bytes, width, height, sha256: wanted, ...picture }) => {
  const { result, rgba } = core.decode(bytes, width, height);
  expect(result).toBe(picture.inCore ? 'OK' : 'UNSUPPORTED');
  if (picture.inCore) expect(sha256(rgba)).toBe(wanted);
  expect(sha256((await reference(bytes, width, height)) as Uint8Array)).toBe(wanted);
});

test('all samplings, qualities and options are among them', () => {
  expect(inCore.length).toBeGreaterThan(30);
  for (const kind of ['444', '422', '420', 'grey', 'restart', 'optimize', '1x1', '7x5', '17x33']) {
    expect(
      inCore.some(({ name }) => name.includes(kind)),
      kind,
    ).toBe(true);
  }
});

describe('in recorded streams', () => {
  const streams = [join(root, 'fixtures/sessions'), corpus].flatMap(recordedStreams);
  test.each(streams.filter(({ name }) => name.includes('jpeg')))('$name', { timeout: 120_000 }, async (stream) => {
    played.length = 0;
    const updates = await createUpdateDecoder('reference');
    await new StreamPlayer(stream.width, stream.height, stream.pixelFormat, updates).play([stream.bytes()]);
    expect(played.length).toBeGreaterThan(0);
    for (const { bytes, width, height, rgba } of played.splice(0)) {
      const decoded = core.decode(bytes, width, height);
      expect(decoded.result).toBe('OK');
      expect(Buffer.compare(decoded.rgba, rgba)).toBe(0);
    }
  });
  if (!existsSync(corpus)) test.skip(`${corpus} is not there`, () => {});
});

test('a picture of another size is broken', () => {
  for (const { bytes, width, height } of inCore) {
    expect(core.decode(bytes, width + 1, height).result).toBe('BROKEN');
    expect(core.decode(bytes, width, height + 1).result).toBe('BROKEN');
  }
});

test('without enough scratch memory nothing is decoded', () => {
  const [{ bytes, width, height }] = inCore as [Picture];
  expect(core.decode(bytes, width, height, { scratchSize: 0 }).result).toBe('NEED_SCRATCH');
  expect(core.decode(bytes, width, height, { scratchSize: 4000 }).result).toBe('NEED_SCRATCH');
  expect(core.decode(bytes, width, height).result).toBe('OK');
});

test('a picture cut off anywhere is broken; only its end marker may be missing', async () => {
  for (const { bytes, width, height, sha256: wanted } of inCore.filter(({ bytes }) => bytes.length < 1000)) {
    for (let length = 0; length < bytes.length - 2; length++) {
      const part = bytes.subarray(0, length);
      // The last byte or two may hold nothing but the bits that fill it up.
      const { result, rgba } = core.decode(part, width, height);
      if (result === 'OK') expect(sha256(rgba)).toBe(wanted);
      else expect(['BROKEN', 'UNSUPPORTED']).toContain(result);
      if (length % 61 === 0 || length > bytes.length - 6) await expectAgreement(part, width, height);
    }
    expect(core.decode(bytes.subarray(0, -2), width, height).result).toBe('OK');
  }
});

describe('the bytes of each marker', () => {
  const { bytes, width, height } = inCore.find(({ name }) => name === 'text-17x33-q95-420') as Picture;
  const head = markerAt(bytes, 0xda);

  test('every value of every byte before the scan: decoded as the reference does, or not at all', {
    timeout: 120_000,
  }, async () => {
    for (let at = 0; at < head + 14; at++) {
      for (let i = 0; i < 6; i++) {
        const changed = bytes.slice();
        changed[at] =
          [0, 255, (bytes[at] ?? 0) + 1, (bytes[at] ?? 0) - 1, (bytes[at] ?? 0) ^ 16, (bytes[at] ?? 0) ^ 128][i] ?? 0;
        await expectAgreement(changed, width, height);
      }
    }
  });

  /** The picture with `segment` before the first marker `marker`. */
  function inserted(marker: number, ...segment: number[]): Uint8Array {
    const at = markerAt(bytes, marker);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(segment), bytes.subarray(at)]);
  }

  test.each([
    ['fill bytes before a marker', inserted(0xc0, 0xff, 0xff, 0xff), 'OK'],
    ['a comment', inserted(0xc0, 0xff, 0xfe, 0, 4, 1, 2), 'OK'],
    ['an unknown application’s data', inserted(0xc0, 0xff, 0xe5, 0, 3, 1), 'OK'],
    [
      'Adobe’s colour transform',
      inserted(0xc0, 0xff, 0xee, 0, 14, 65, 100, 111, 98, 101, 0, 100, 0, 0, 0, 0, 1),
      'UNSUPPORTED',
    ],
    ['arithmetic conditioning', inserted(0xc0, 0xff, 0xcc, 0, 4, 0, 0), 'UNSUPPORTED'],
    ['another version of JFIF', bytes.map((byte, at) => (at === 11 ? 2 : byte)), 'UNSUPPORTED'],
    ['anything between two markers', inserted(0xc0, 1, 2, 3), 'BROKEN'],
    ['a restart interval of the wrong length', inserted(0xc0, 0xff, 0xdd, 0, 5, 0, 1, 0), 'BROKEN'],
    ['restart markers announced, but not sent', inserted(0xda, 0xff, 0xdd, 0, 4, 0, 1), 'UNSUPPORTED'],
    ['a second frame header', inserted(0xda, ...bytes.subarray(markerAt(bytes, 0xc0), head)), 'BROKEN'],
    [
      'a marker of no use in the scan',
      Buffer.concat([bytes.subarray(0, -9), Buffer.from([0xff, 0xd0]), bytes.subarray(-9)]),
      'no picture',
    ],
    ['bytes behind the picture', Buffer.concat([bytes, Buffer.from('more')]), 'OK'],
    ['bytes between scan and end', Buffer.concat([bytes.subarray(0, -2), Buffer.from([0, 1, 2, 0xff, 0xd9])]), 'OK'],
    ['two scans', Buffer.concat([bytes.subarray(0, -2), bytes.subarray(head)]), 'UNSUPPORTED'],
    ['no bytes at all', new Uint8Array(), 'BROKEN'],
    ['an end instead of a picture', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'BROKEN'],
  ] as const)('%s', async (_what, changed, wanted) => {
    const { result } = core.decode(changed, width, height);
    if (wanted === 'no picture') expect(result).not.toBe('OK');
    else expect(result).toBe(wanted);
    await expectAgreement(changed, width, height);
  });
});

describe('coefficients that no picture has', () => {
  /** Sizes 0, 3 and 11 of a DC difference, or 0 (the end), 3 and 10 of an AC coefficient, have the codes 00, 01 and 10. */
  const dcTable = [0, 3, 11];
  const acTable = [0x00, 0x03, 0x0a];

  /** Grey blocks in a row, of a scan in bits. */
  function blocks(count: number, dcFactor: number, acFactor: number, scan: string): Uint8Array {
    const bits = scan.replaceAll(' ', '');
    const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
    const data = (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
    const factors = Array.from({ length: 64 }, (_, k) => (k ? acFactor : dcFactor)).flatMap((q) => [q >> 8, q & 255]);
    const counts = [0, 3, ...Array.from({ length: 14 }, () => 0)];
    return Uint8Array.of(
      ...[0xff, 0xd8],
      ...[0xff, 0xdb, 0, 131, 0x10, ...factors],
      ...[0xff, 0xc1, 0, 11, 8, 0, 8, 0, count * 8, 1, 1, 0x11, 0],
      ...[0xff, 0xc4, 0, 22, 0x00, ...counts, ...dcTable],
      ...[0xff, 0xc4, 0, 22, 0x10, ...counts, ...acTable],
      ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0],
      ...data.flatMap((byte) => (byte === 0xff ? [0xff, 0] : [byte])),
      ...[0xff, 0xd9],
    );
  }

  const dc = { 0: '00', 4: '01 100', 1024: '10 10000000000', 2047: '10 11111111111', '-1024': '10 01111111111' };
  const ac = { end: '00', 4: '01 100', '-512': '10 0111111111', none: '11' };

  test.each([
    ['the brightest flat block that is not clamped twice', blocks(1, 3, 1, `${dc[1024]} ${ac.end}`), 'OK'],
    ['a brighter one', blocks(1, 4, 1, `${dc[1024]} ${ac.end}`), 'UNSUPPORTED'],
    ['the darkest', blocks(1, 4, 1, `${dc[-1024]} ${ac.end}`), 'OK'],
    ['a darker one', blocks(1, 5, 1, `${dc[-1024]} ${ac.end}`), 'UNSUPPORTED'],
    ['a level that leaves 16 bits', blocks(1, 16384, 1, `${dc[4]} ${ac.end}`), 'UNSUPPORTED'],
    ['the same in a block that is not flat', blocks(1, 32, 1, `${dc[2047]} ${ac[4]} ${ac.end}`), 'UNSUPPORTED'],
    ['a coefficient that leaves 16 bits', blocks(1, 1, 16384, `${dc[0]} ${ac[4]} ${ac.end}`), 'UNSUPPORTED'],
    ['one that is too big all the same', blocks(1, 1, 60, `${dc[0]} ${ac[-512]} ${ac.end}`), 'UNSUPPORTED'],
    ['one that is not', blocks(1, 1, 2, `${dc[0]} ${ac[-512]} ${ac.end}`), 'OK'],
    ['coefficients at every place', blocks(1, 1, 1, `${dc[4]} ${ac[4].repeat(63)}`), 'OK'],
    ['and a block after them', blocks(2, 1, 1, `${dc[4]} ${ac[4].repeat(63)} ${dc[0]} ${ac.end}`), 'OK'],
    ['a code that is none', blocks(1, 1, 1, `${dc[4]} ${ac[4].repeat(62)} ${ac.none.repeat(20)}`), 'UNSUPPORTED'],
  ] as const)('%s', async (_what, bytes, wanted) => {
    const { width } = jpegSize(bytes);
    expect(core.decode(bytes, width, 8).result).toBe(wanted);
    await expectAgreement(bytes, width, 8);
    // Nothing of it is in the picture after it.
    core.decode(bytes, width, 8);
    const one = blocks(1, 1, 1, `${dc[4]} ${ac[4]} ${ac.end}`);
    await expectAgreement(one, 8, 8);
    expect(core.decode(one, 8, 8).result).toBe('OK');
  });
});

test('whatever has become of the bytes: no trap, nothing written elsewhere, and the reference agrees', {
  timeout: 120_000,
}, async () => {
  const change = fc.oneof(
    fc.record({ at: fc.nat(), byte: fc.nat(255) }),
    fc.record({ at: fc.nat(), bit: fc.nat(7) }),
    fc.record({ at: fc.nat(), insert: fc.uint8Array({ maxLength: 4 }) }),
    fc.record({ at: fc.nat(), cut: fc.nat(20) }),
  );
  const property = fc.asyncProperty(
    fc.constantFrom(...inCore),
    fc.array(change, { minLength: 1, maxLength: 4 }),
    async ({ bytes, width, height }, changes) => {
      let changed = Buffer.from(bytes);
      for (const { at: place, ...what } of changes) {
        // Three in four hit the scan, which is most of what can go wrong.
        const at = changed.length
          ? place % 4
            ? changed.length - 1 - (place % Math.ceil(changed.length / 2))
            : place % changed.length
          : 0;
        if ('byte' in what) changed.set([what.byte].slice(0, changed.length), at);
        else if ('bit' in what) changed.set([(changed[at] ?? 0) ^ (1 << what.bit)].slice(0, changed.length), at);
        else if ('insert' in what)
          changed = Buffer.concat([changed.subarray(0, at), what.insert, changed.subarray(at)]);
        else changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + what.cut)]);
      }
      await expectAgreement(changed, width, height);
    },
  );
  await fc.assert(property, { numRuns: 2000 });
});

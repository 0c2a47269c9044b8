import { constants, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { BitWriter, deflateOptions, deflatePieces, pieces, STRATEGIES, screenBytes } from '../../support/deflate.ts';
import { cutAt, pieces as piecesOf, segmentations } from '../../support/segmentations.ts';
import { type Run, WasmInflate } from '../../support/wasm-inflate.ts';

let anotherCore: () => WasmInflate;
let core: WasmInflate;
beforeAll(async () => {
  anotherCore = await WasmInflate.compile();
  core = anotherCore();
}, 120_000);

/** What zlib inflates `bytes` to, as far as they go, or its complaint. */
function oracle(bytes: Uint8Array): Uint8Array | string {
  try {
    return inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Vitest's own comparison of long arrays is slow. */
function expectSame(output: Uint8Array, wanted: Uint8Array | string): void {
  expect(Buffer.compare(output, Buffer.from(wanted)), `${output.length} bytes of output`).toBe(0);
}

/** What `run` made of the whole of `stream` is what zlib makes of it. */
function expectAgreement(stream: Uint8Array, run: Run): void {
  const expected = oracle(stream);
  if (typeof expected === 'string') {
    expect([run.status, expected]).toEqual([expected === 'incorrect data check' ? 'END' : 'ERROR', expected]);
  } else {
    expect(run.status).not.toBe('ERROR');
    expectSame(run.output, expected);
  }
}

/** How much room there is for output, in turn. */
const rooms = fc.oneof(
  fc.constant([65536]),
  fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 250, max: 700 })), {
    minLength: 1,
    maxLength: 5,
  }),
);

describe('inflates what zlib deflates', () => {
  const samples = {
    gradient: Uint8Array.from({ length: 40_000 }, (_, i) => (i * i) >>> 7),
    text: Buffer.from('It is what it is. '.repeat(60) + Array.from({ length: 900 }, (_, i) => i * i).join()),
    zeros: new Uint8Array(100_000),
    nothing: new Uint8Array(0),
  };

  test.each(Object.entries(samples))('%s, at every level, strategy, window and memory level', (_name, data) => {
    for (const strategy of STRATEGIES) {
      for (let level = 0; level <= 9; level++) {
        const windowBits = 9 + ((level + strategy) % 7);
        const memLevel = 1 + ((level * 2 + strategy) % 9);
        const stream = deflateSync(data, { level, strategy, windowBits, memLevel });
        const run = core.stream().inflate([stream]);
        expect([run.status, run.used]).toEqual(['END', stream.length]);
        expectSame(run.output, data);
      }
    }
  });

  test('however input and room are cut', async () => {
    const places = fc.array(fc.nat(4000), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(
        pieces,
        deflateOptions,
        fc.boolean(),
        rooms,
        places,
        async (parts, options, finish, room, cut) => {
          const stream = Buffer.concat(await deflatePieces(parts, options, finish));
          const run = core.stream().inflate(cutAt(stream, cut), room);
          expect(run.status).toBe(finish ? 'END' : 'NEED_INPUT');
          expectSame(run.output, inflateSync(stream, { finishFlush: constants.Z_SYNC_FLUSH }));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a text in every segmentation', () => {
    const stream = deflateSync(samples.text);
    const property = fc.property(segmentations(stream), rooms, (chunks, room) => {
      expectSame(core.stream().inflate(chunks, room).output, samples.text);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('byte by byte, in and out', () => {
    const property = fc.property(screenBytes(250), deflateOptions, (data, options) => {
      const run = core.stream().inflate(piecesOf(deflateSync(data, options), 1), [1]);
      expect(run.status).toBe('END');
      expectSame(run.output, data);
    });
    fc.assert(property, { numRuns: 40 });
  });

  test('repeats at every small distance, with much room and with none to spare', () => {
    for (let distance = 1; distance < 40; distance++) {
      for (const length of [3, 4, 15, 16, 17, 31, 32, 33, 100, 257, 258, 259, 1000]) {
        const data = Uint8Array.from({ length: distance + length }, (_, i) => (i % distance) * 5 + 1);
        const stream = deflateSync(data, { strategy: constants.Z_FIXED });
        const flushed = Buffer.concat([stream, Buffer.alloc(30)]);
        for (const room of [data.length, data.length + 300]) {
          expectSame(core.stream().inflate([stream], [room]).output, data);
          expectSame(core.stream().run(flushed, room).output, data);
        }
      }
    }
  });
});

describe('one stream over many payloads', () => {
  test.each([
    ['sync', constants.Z_SYNC_FLUSH],
    ['full', constants.Z_FULL_FLUSH],
  ])('gives all of a payload that a %s flush ends, even in a room that it just fits', async (_name, flush) => {
    const property = fc.asyncProperty(pieces, deflateOptions, async (parts, options) => {
      const flushed = parts.filter(({ data }) => data.length > 0).map(({ data }) => ({ data, flush }));
      const payloads = await deflatePieces(flushed, options, false);
      const stream = core.stream();
      for (const [i, { data }] of flushed.entries()) {
        const payload = payloads[i] ?? Buffer.alloc(0);
        const run = stream.run(payload, data.length);
        expect([run.status, run.used]).toEqual(['NEED_INPUT', payload.length]);
        expectSame(run.output, data);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('keeps apart streams that take turns amid their blocks and are moved', () => {
    const bytes = fc.tuple(screenBytes(400), screenBytes(400));
    const options = fc.tuple(deflateOptions, deflateOptions);
    const property = fc.property(bytes, options, fc.integer({ min: 1, max: 60 }), (data, [one, other], size) => {
      const streams = [core.stream(0), core.stream(1)];
      const chunks = [piecesOf(deflateSync(data[0], one), size), piecesOf(deflateSync(data[1], other), size)];
      const outputs: Uint8Array[][] = [[], []];
      for (let turn = 0; chunks.some(({ length }) => turn < length); turn++) {
        for (const [i, stream] of streams.entries()) {
          const chunk = chunks[i]?.[turn];
          if (chunk) outputs[i]?.push(stream.inflate([chunk], [97]).output);
          if (turn % 3 === 0) stream.move();
        }
      }
      for (const [i, output] of outputs.entries()) expectSame(Buffer.concat(output), data[i] ?? '');
    });
    fc.assert(property, { numRuns: 100 });
  });

  test('goes on in another instance', () => {
    const data = Uint8Array.from({ length: 3000 }, (_, i) => (i * i) % 251);
    const stream = deflateSync(data);
    for (const cut of [0, 1, 2, 5, 20, 60, 100, stream.length - 20]) {
      const subject = core.stream();
      const before = subject.inflate([stream.subarray(0, cut)], [50]);
      subject.continueIn(anotherCore());
      const after = subject.inflate([stream.subarray(cut)], [50]);
      expectSame(Buffer.concat([before.output, after.output]), data);
    }
  });

  test('begins anew after a reset, wherever it was', () => {
    const stream = deflateSync(Buffer.from('as it was in the beginning, is now, and ever shall be '.repeat(9)));
    const subject = core.stream();
    for (let length = 0; length < stream.length; length++) {
      subject.inflate([stream.subarray(0, length)], [7]);
      subject.reset();
    }
    expect(subject.inflate([stream]).status).toBe('END');
  });
});

describe('what is not there yet', () => {
  const noise = Uint8Array.from({ length: 300 }, (_, i) => (i * i * 31) >>> 3);
  test.each([
    ['stored', { level: 0 }],
    ['fixed codes', { strategy: constants.Z_FIXED }],
    ['dynamic codes', { level: 9 }],
  ])('%s: every truncation yields all that zlib makes of it, and wants more', (_name, options) => {
    const stream = deflateSync(Buffer.concat([noise, Buffer.from('abcabcabcd'.repeat(40)), noise]), options);
    for (let length = 0; length < stream.length; length++) {
      const part = stream.subarray(0, length);
      const run = core.stream().inflate([part]);
      expect(run.status).toBe('NEED_INPUT');
      expectSame(run.output, length ? inflateSync(part, { finishFlush: constants.Z_SYNC_FLUSH }) : '');
    }
  });

  test('output waits for room, byte by byte, when the input is long used', () => {
    let left: Uint8Array = deflateSync(new Uint8Array(1000)).subarray(0, -4);
    const stream = core.stream();
    for (let written = 1; written <= 1000; written++) {
      const run = stream.run(left, 1);
      expect([run.status, run.output.length]).toEqual([written < 1000 ? 'NEED_OUTPUT' : 'NEED_INPUT', 1]);
      left = left.subarray(run.used);
    }
    expect(left).toHaveLength(0);
  });
});

describe('after the end', () => {
  const stream = deflateSync(Buffer.from('the end'));

  test.each([1, 3, 100])('leaves what follows, with room for %d bytes at a time', (room) => {
    const run = core.stream().inflate([Buffer.concat([stream, Buffer.from('more, and more than a refill')])], [room]);
    expect([run.status, run.used]).toEqual(['END', stream.length]);
    expectSame(run.output, 'the end');
  });

  test('takes no more', () => {
    const subject = core.stream();
    const inputs = [stream, Uint8Array.of(), Uint8Array.of(0), Uint8Array.of()];
    expect(inputs.map((input) => subject.run(input).status)).toEqual(['END', 'END', 'ERROR', 'ERROR']);
  });

  test('the checksum is read, not compared', () => {
    const wrong = Buffer.concat([stream.subarray(0, -4), Buffer.from([1, 2, 3, 4])]);
    expect(oracle(wrong)).toBe('incorrect data check');
    expect(core.stream().run(wrong).status).toBe('END');
  });
});

const FIXED = 0b011;
const DYNAMIC = 0b101;
/** In which the lengths of the precode come. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** 'a', the end of the block, and a length of 3: 0, 10 and 11. */
const FEW = { 97: 1, 256: 2, 257: 2 };

type Lengths = Readonly<Record<number, number>>;

function block(header: number): BitWriter {
  return new BitWriter().bits(0x78, 8).bits(0x9c, 8).bits(header, 3);
}

function precode(lengths: Lengths): BitWriter {
  const bits = block(DYNAMIC)
    .bits(286 - 257, 5)
    .bits(30 - 1, 5)
    .bits(19 - 4, 4);
  for (const symbol of ORDER) bits.bits(lengths[symbol] ?? 0, 3);
  return bits;
}

/** A block's codes. Their lengths are written in a precode of 13 codes of 4 bits and 6 of 5. */
function dynamic(litlen: Lengths, distance: Lengths): BitWriter {
  const bits = precode(Object.fromEntries(ORDER.map((symbol) => [symbol, symbol < 13 ? 4 : 5])));
  const length = (value: number) => (value < 13 ? bits.code(value, 4) : bits.code(26 + value - 13, 5));
  for (let symbol = 0; symbol < 286; symbol++) length(litlen[symbol] ?? 0);
  for (let symbol = 0; symbol < 30; symbol++) length(distance[symbol] ?? 0);
  return bits;
}

describe('odd codes that zlib takes', () => {
  test.each<[string, BitWriter, string]>([
    ['no distance', dynamic(FEW, {}).code(0, 1).code(0, 1).code(0b10, 2), 'aa'],
    ['one distance', dynamic(FEW, { 0: 1 }).code(0, 1).code(0b11, 2).code(0, 1).code(0b10, 2), 'aaaa'],
    ['only an end of block', dynamic({ 256: 1 }, {}).code(0, 1), ''],
  ])('%s', (_name, bits, text) => {
    const stream = bits.bytes();
    expectSame(Buffer.from(oracle(stream)), text);
    const withMore = Buffer.concat([stream, Buffer.alloc(50)]);
    for (const chunks of [[stream], [withMore], piecesOf(withMore, 1)]) {
      expectSame(core.stream().inflate(chunks).output, text);
    }
  });
});

test('the longest codes with the most extra bits, in every mixture', () => {
  // Codes of 1 to 14 bits, two of 15. They are 0, 10, 110 and so on.
  const literals = [...Array(13).keys()];
  const litlen = Object.fromEntries([[256, 1], [283, 15], [284, 15], ...literals.map((byte) => [byte, byte + 2])]);
  const distances = Object.fromEntries([
    [28, 15],
    [29, 15],
    ...[...Array(14).keys()].map((symbol) => [symbol, symbol + 1]),
  ]);
  const literal = fc
    .constantFrom(...literals)
    .map((byte) => (bits: BitWriter) => bits.code(2 ** (byte + 2) - 2, byte + 2));
  const match = fc
    .tuple(fc.constantFrom(0x7ffe, 0x7fff), fc.nat(31), fc.constantFrom(0, 1, 0x7ffe, 0x7fff), fc.nat(8191))
    .map(([length, extra, distance, far]) => (bits: BitWriter) => {
      bits.code(length, 15).bits(extra, 5);
      if (distance < 2) return bits.code(distance * 2, distance + 1);
      return bits.code(distance, 15).bits(far, 13);
    });
  const property = fc.property(
    fc.array(fc.oneof(literal, match), { minLength: 1, maxLength: 80 }),
    fc.constantFrom([65536], [300], [700, 250]),
    (codes, room) => {
      const noise = Uint8Array.from({ length: 32768 }, (_, i) => (i * i * 31) >>> 5);
      const start = Buffer.concat([Uint8Array.of(0x78, 0x9c, 0, 0, 0x80, 0xff, 0x7f), noise]);
      const bits = dynamic(litlen, distances);
      for (const write of codes) write(bits);
      const stream = Buffer.concat([start, bits.code(0, 1).bytes().subarray(2)]);
      const run = core.stream().inflate([stream, Buffer.alloc(40)], room);
      expectSame(run.output, oracle(stream));
    },
  );
  fc.assert(property, { numRuns: 300 });
});

describe('what is no zlib stream', () => {
  const full = Object.fromEntries(Array.from({ length: 286 }, (_, i) => [i, i < 226 ? 8 : 9]));
  const literal = () => block(FIXED).code(0x30 + 97, 8);

  test.each<[string, Uint8Array | BitWriter, string]>([
    ['another compression method', Uint8Array.of(0x79, 0x18), 'unknown compression method'],
    ['a window above 32 KiB', Uint8Array.of(0x88, 0x1c), 'invalid window size'],
    ['a wrong header check', Uint8Array.of(0x78, 0x9d), 'incorrect header check'],
    ['a dictionary', Uint8Array.of(0x78, 0xbb, 0, 0, 0, 0), 'Missing dictionary'],
    ['block type 3', block(0b111), 'invalid block type'],
    ['stored lengths that differ', block(0b001).bits(0, 5).bits(5, 16).bits(5, 16), 'invalid stored block lengths'],
    ['287 literals and lengths', block(DYNAMIC).bits(30, 5).bits(0, 9), 'too many length or distance symbols'],
    ['31 distances', block(DYNAMIC).bits(0, 5).bits(30, 5).bits(0, 4), 'too many length or distance symbols'],
    ['an over-subscribed precode', precode({ 0: 1, 1: 1, 2: 1 }), 'invalid code lengths set'],
    ['an incomplete precode', precode({ 0: 1, 1: 2 }), 'invalid code lengths set'],
    ['a precode of one code', precode({ 0: 1 }), 'invalid code lengths set'],
    ['a repeat of nothing', precode({ 0: 1, 16: 1 }).code(1, 1).bits(0, 2), 'invalid bit length repeat'],
    [
      'a repeat beyond the last length',
      precode({ 0: 1, 18: 1 }).code(1, 1).bits(127, 7).code(1, 1).bits(127, 7).code(1, 1).bits(127, 7),
      'invalid bit length repeat',
    ],
    ['no end of block', dynamic({ 97: 1, 98: 1 }, {}), 'invalid code -- missing end-of-block'],
    ['three literals of one bit', dynamic({ 97: 1, 98: 1, 256: 1 }, {}), 'invalid literal/lengths set'],
    ['two literals too many', dynamic({ ...full, 0: 1, 1: 1 }, {}), 'invalid literal/lengths set'],
    ['incomplete literals', dynamic({ 97: 1, 256: 2 }, {}), 'invalid literal/lengths set'],
    ['one literal of two bits', dynamic({ 256: 2 }, {}), 'invalid literal/lengths set'],
    ['three distances of one bit', dynamic(FEW, { 0: 1, 1: 1, 2: 1 }), 'invalid distances set'],
    ['incomplete distances', dynamic(FEW, { 0: 1, 1: 2 }), 'invalid distances set'],
    ['one distance of two bits', dynamic(FEW, { 0: 2 }), 'invalid distances set'],
    ['the code beside the only one', dynamic({ 256: 1 }, {}).code(1, 1), 'invalid literal/length code'],
    ['a distance without codes', dynamic(FEW, {}).code(0, 1).code(0b11, 2).code(0, 1), 'invalid distance code'],
    [
      'the distance beside the only one',
      dynamic(FEW, { 0: 1 }).code(0, 1).code(0b11, 2).code(1, 1),
      'invalid distance code',
    ],
    ['length symbol 286', block(FIXED).code(0b11000110, 8), 'invalid literal/length code'],
    ['length symbol 287', block(FIXED).code(0b11000111, 8), 'invalid literal/length code'],
    ['distance symbol 30', literal().code(1, 7).code(30, 5), 'invalid distance code'],
    ['distance symbol 31', literal().code(1, 7).code(31, 5), 'invalid distance code'],
    ['a distance of 2 after one byte', literal().code(1, 7).code(1, 5), 'invalid distance too far back'],
  ])('%s', (_name, source, complaint) => {
    const stream = source instanceof Uint8Array ? source : source.bytes();
    expect(oracle(stream)).toBe(complaint);
    // Little input is decoded by the careful loop, much by the fast one.
    for (const input of [stream, Buffer.concat([stream, Buffer.alloc(64)])]) {
      const subject = core.stream();
      expect(subject.inflate([input]).status).toBe('ERROR');
      expect(subject.run(Buffer.alloc(20)).status).toBe('ERROR');
      expect(core.stream().inflate(piecesOf(input, 1), [1]).status).toBe('ERROR');
    }
  });

  test.each([0, 64])('a distance reaches the first byte there is, not one before (%d bytes follow)', (more) => {
    const reach = (distance: number) => {
      const bits = block(FIXED)
        .code(0x30 + 97, 8)
        .code(0x30 + 98, 8)
        .code(0x30 + 99, 8);
      return Buffer.concat([
        bits
          .code(1, 7)
          .code(distance - 1, 5)
          .code(0, 7)
          .bytes(),
        Buffer.alloc(more),
      ]);
    };
    expectSame(core.stream().inflate([reach(3)]).output, 'abcabc');
    expect(core.stream().inflate([reach(4)]).status).toBe('ERROR');
  });

  test('a match that went beyond the room wants its history when it goes on', () => {
    for (const [kept, status] of [
      [20, 'END'],
      [19, 'ERROR'],
    ] as const) {
      const subject = core.stream();
      const stream = deflateSync(Buffer.from('twenty bytes as such'.repeat(5)));
      const { used } = subject.run(stream, 50);
      subject.forget(kept);
      expect(subject.run(stream.subarray(used)).status).toBe(status);
    }
  });

  test('a stream with changed bytes is to this what it is to zlib', async () => {
    const change = fc.record({ at: fc.nat(), early: fc.boolean(), xor: fc.integer({ min: 1, max: 255 }) });
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    const places = fc.array(fc.nat(300), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(pieces, deflateOptions, changes, rooms, places, async (parts, options, changed, room, cut) => {
        const stream = Buffer.concat(await deflatePieces(parts, options, true));
        for (const { at, early, xor } of changed) {
          const place = at % (early ? Math.min(stream.length, 100) : stream.length);
          stream[place] = (stream[place] ?? 0) ^ xor;
        }
        expectAgreement(stream, core.stream().inflate(cutAt(stream, cut), room));
      }),
      { numRuns: 2000 },
    );
  });

  test('noise is to this what it is to zlib', () => {
    const header = fc.integer({ min: 0, max: 7 });
    const property = fc.property(fc.uint8Array({ maxLength: 400 }), header, rooms, (noise, first, room) => {
      const stream = Buffer.concat([Uint8Array.of(0x78, 0x9c, first), noise]);
      expectAgreement(stream, core.stream().inflate([stream], room));
    });
    fc.assert(property, { numRuns: 3000 });
  });
});

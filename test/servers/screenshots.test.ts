import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectOptions, connect, type EncodingName, pixelFormats, type Rect } from '../../src/index.ts';
import { encodings } from '../../src/rfb/protocol/encodings/index.ts';
import { decodeJpeg } from '../../src/rfb/protocol/jpeg.ts';
import { psnr } from '../support/recorded-streams.ts';
import {
  cli,
  colourCount,
  describeWith,
  difference,
  exactIn,
  type Picture,
  parsePpm,
  type Qemu,
  qemu,
  testCard,
  websockify,
  type XRfbServer,
  type XServerOptions,
  x11vnc,
  xtermLoop,
  xtermText,
  xtigervnc,
  xtightvnc,
} from './rig/index.ts';

const WIDTH = 640;
const HEIGHT = 400;
const PASSWORD = 'secret';
const names = encodings.map(({ name }) => name);
/** QEMU 7.2, as `sends` below. */
const QEMU_SENDS: readonly EncodingName[] = ['tight', 'zrle', 'zlib', 'hextile', 'raw'];
const COLOURED = Array.from(
  { length: 16 },
  (_, i) => `\x1b[${i < 8 ? 30 + i : 82 + i}mcolour ${i} \x1b[7m inverse \x1b[0m`,
).join('\r\n');
/** Below and right of the busy xterm. */
const STILL: Rect = { x: 400, y: 0, width: 240, height: 400 };
const REGION: Rect = { x: 101, y: 67, width: 333, height: 211 };

interface XKind {
  readonly name: 'xtigervnc' | 'xtightvnc' | 'x11vnc';
  readonly start: (options: XServerOptions) => Promise<XRfbServer>;
  readonly depth: number;
  readonly password?: string;
  /** What it really sends when it is asked for that encoding alone; Raw where it is not listed. */
  readonly sends: readonly EncodingName[];
}

const xKinds: readonly XKind[] = [
  { name: 'xtigervnc', start: xtigervnc, depth: 24, sends: ['tight', 'zrle', 'hextile', 'rre'] },
  { name: 'xtigervnc', start: xtigervnc, depth: 16, password: PASSWORD, sends: ['tight', 'zrle', 'hextile', 'rre'] },
  {
    name: 'xtightvnc',
    start: xtightvnc,
    depth: 24,
    password: PASSWORD,
    sends: ['tight', 'zlib', 'hextile', 'co-rre', 'rre'],
  },
  { name: 'xtightvnc', start: xtightvnc, depth: 16, sends: ['tight', 'zlib', 'hextile', 'co-rre', 'rre'] },
  {
    name: 'x11vnc',
    start: x11vnc,
    depth: 24,
    password: PASSWORD,
    sends: ['tight', 'zrle', 'zlib', 'hextile', 'co-rre', 'rre'],
  },
  { name: 'x11vnc', start: x11vnc, depth: 16, sends: ['tight', 'zrle', 'zlib', 'hextile', 'co-rre', 'rre'] },
];

for (const { name, start, depth, password, sends } of xKinds) {
  describeWith([name], `${name}, depth ${depth}, ${password ? 'VncAuth' : 'None'}`, () => {
    const options = password === undefined ? {} : { credentials: { password } };
    let server: XRfbServer;
    let truth: Picture;
    beforeAll(async () => {
      server = await start({ geometry: `${WIDTH}x${HEIGHT}`, depth, ...(password && { password }) });
      await server.display.drawTestCard();
      truth = await server.display.truth();
    });
    afterAll(() => server?.stop());

    test('by default, again in the same session, and a part', async () => {
      await using console = await connect(server.address, options);
      expect(difference(await console.capture(), truth)).toBeUndefined();
      expect(difference(await console.capture(), truth)).toBeUndefined();
      expect(difference(await console.capture({ region: REGION }), cut(truth, REGION))).toBeUndefined();
      expect([...console.session.state.rectCounts.keys()]).toEqual([sends[0]]);
    });

    test.each(names)('%s alone', async (encoding) => {
      await using console = await connect(server.address, { ...options, encodings: [encoding] });
      expect(difference(await console.capture(), truth)).toBeUndefined();
      expect(difference(await console.capture({ region: REGION }), cut(truth, REGION))).toBeUndefined();
      // RRE is larger than Raw on a picture like this; its own test is below.
      const sent = encoding !== 'rre' && sends.includes(encoding) ? encoding : 'raw';
      if (encoding !== 'rre') expect([...console.session.state.rectCounts.keys()]).toContain(sent);
    });

    test('the server’s own pixel format', async () => {
      // Widened by us, then, and not by the server.
      const ours = await server.display.truth('down');
      for (const encoding of sends) {
        await using console = await connect(server.address, {
          ...options,
          pixelFormat: 'native',
          encodings: [encoding],
        });
        expect(difference(await console.capture(), ours), encoding).toBeUndefined();
      }
    });
  });
}

for (const { name, start, sends } of xKinds.filter(({ depth }) => depth === 24)) {
  describeWith([name], `${name}: pixel formats`, () => {
    let server: XRfbServer;
    beforeAll(async () => {
      server = await start({ geometry: `${WIDTH}x${HEIGHT}` });
    });
    afterAll(() => server?.stop());

    test.each(Object.keys(pixelFormats) as (keyof typeof pixelFormats)[])('%s', async (pixelFormat) => {
      const picture = exactIn(testCard(WIDTH, HEIGHT), pixelFormats[pixelFormat]);
      await show(server, picture);
      for (const encoding of sends) {
        // LibVNCServer writes but half of a raw ZRLE tile in 15 bits: its template has BPP / 8 bytes a pixel.
        if (name === 'x11vnc' && pixelFormat === 'rgb555' && encoding === 'zrle') continue;
        await using console = await connect(server.address, { pixelFormat, encodings: [encoding] });
        expect(difference(await console.capture(), picture), encoding).toBeUndefined();
      }
    });

    test('what is simple comes in RRE and CoRRE', async () => {
      await show(server, simple(WIDTH, HEIGHT));
      for (const encoding of sends.filter((sent) => sent.endsWith('rre'))) {
        await using console = await connect(server.address, { encodings: [encoding] });
        expect(difference(await console.capture(), simple(WIDTH, HEIGHT)), encoding).toBeUndefined();
        expect([...console.session.state.rectCounts.keys()], encoding).toEqual([encoding]);
      }
    });
  });
}

for (const [name, start] of Object.entries({ xtightvnc, x11vnc })) {
  describeWith([name as 'xtightvnc' | 'x11vnc', 'xterm'], `${name}, 8 bits`, () => {
    test('as the server has them, and in true colour', async () => {
      await using server = await start({ geometry: `${WIDTH}x${HEIGHT}`, depth: 8 });
      await using _ = await xtermText(server.display, COLOURED);
      const truth = await server.display.stableTruth();
      expect(colourCount(truth)).toBeGreaterThan(6);
      await using console = await connect(server.address);
      // x11vnc learns of new colours only every now and then.
      await expect.poll(async () => difference(await console.capture(), truth), { timeout: 15_000 }).toBeUndefined();
      await using native = await connect(server.address, { pixelFormat: 'native' });
      const { pixelFormat } = native.session.established.server;
      expect(pixelFormat).toMatchObject({ bitsPerPixel: 8, trueColour: name === 'xtightvnc' });
      const ours = name === 'xtightvnc' ? await server.display.truth('down') : inColourMap233(truth);
      await expect.poll(async () => difference(await native.capture(), ours), { timeout: 15_000 }).toBeUndefined();
    });
  });
}

describeWith(['xtigervnc'], 'Xtigervnc', () => {
  let server: XRfbServer;
  beforeAll(async () => {
    server = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}`, password: PASSWORD });
    await server.display.drawTestCard();
  });
  afterAll(() => server?.stop());
  const open = (options: ConnectOptions = {}) =>
    connect(server.address, { credentials: { password: PASSWORD }, ...options });

  test('the pointer is left out once this client has moved it, and painted when asked for', async () => {
    await using server = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}` });
    await server.display.drawTestCard();
    await server.display.showPointer();
    const truth = await server.display.truth();
    await using without = await connect(server.address);
    await without.pointer.move(300, 200);
    expect(difference(await without.capture(), truth)).toBeUndefined();
    await using painted = await connect(server.address, { cursor: 'server' });
    expectPointerAt({ x: 300, y: 200 }, await painted.capture(), truth);
  });

  test('a resize between and during captures', async () => {
    await using console = await open();
    for (const [width, height] of [
      [800, 600],
      [WIDTH, HEIGHT],
      [1024, 768],
      [WIDTH, 480],
      [WIDTH, HEIGHT],
    ] as const) {
      const [picture] = await Promise.all([console.capture(), server.display.resize(width, height)]);
      // Taken just before or just after: whole either way.
      expect(picture.rgba.length).toBe(picture.width * picture.height * 4);
      const after = await console.capture();
      expect(after).toMatchObject({ width, height });
      expect(difference(after, await server.display.truth())).toBeUndefined();
    }
  });

  test('a screen that never rests still gives whole pictures', async () => {
    await using _ = await xtermLoop(server.display, { geometry: '50x20+10+10' });
    const truth = await server.display.truth();
    for (const encodings of [undefined, ['zrle'], ['raw']] as const) {
      await using console = await open(encodings && { encodings });
      for (let i = 0; i < 3; i++) {
        const picture = await console.capture();
        // Outside the busy window, all as it stands.
        expect(difference(cut(picture, STILL), cut(truth, STILL))).toBeUndefined();
      }
    }
  });
});

for (const [name, start] of Object.entries({ xtightvnc, x11vnc })) {
  describeWith([name as 'xtightvnc' | 'x11vnc'], `${name}: the pointer`, () => {
    test('is left out by default and painted when asked for', async () => {
      await using server = await start({ geometry: `${WIDTH}x${HEIGHT}` });
      await server.display.drawTestCard();
      await server.display.warpPointer(300, 200);
      const truth = await server.display.truth();
      await using console = await connect(server.address);
      expect(difference(await console.capture(), truth)).toBeUndefined();
      await using painted = await connect(server.address, { cursor: 'server' });
      expectPointerAt({ x: 300, y: 200 }, await painted.capture(), truth);
    });
  });
}

describeWith(['qemu'], 'QEMU', () => {
  /** The guest is in text mode: 720x400. */
  const region: Rect = { x: 33, y: 17, width: 500, height: 300 };

  test.each([
    ['TCP', { display: 'tcp' }],
    ['TCP with a password', { display: 'tcp', password: PASSWORD }],
    ['websocket', { display: 'websocket' }],
    ['Unix socket', { display: 'unix' }],
  ] as const)('%s: by default, each encoding alone, a part', async (_, options) => {
    await using server = await qemu(options);
    const truth = await server.stableTruth();
    const credentials = { password: PASSWORD };
    {
      await using console = await connect(server.address, { credentials });
      expect(difference(await console.capture(), truth)).toBeUndefined();
      expect(difference(await console.capture(), truth)).toBeUndefined();
      expect(difference(await console.capture({ region }), cut(truth, region))).toBeUndefined();
    }
    for (const encoding of names) {
      await using console = await connect(server.address, { credentials, encodings: [encoding] });
      expect(difference(await console.capture(), truth), encoding).toBeUndefined();
      expect([...console.session.state.rectCounts.keys()], encoding).toContain(
        QEMU_SENDS.find((sent) => sent === encoding) ?? 'raw',
      );
    }
  });

  test.each(Object.keys(pixelFormats) as (keyof typeof pixelFormats)[])('pixel format %s', async (pixelFormat) => {
    await using server = await qemu();
    const truth = exactIn(await server.stableTruth(), pixelFormats[pixelFormat]);
    for (const encoding of QEMU_SENDS) {
      // Its own format but for the byte order it sends as its own. Tight's colours have an order that needs none.
      if (pixelFormat === 'xrgb8888be' && encoding !== 'tight') continue;
      await using console = await connect(server.address, { pixelFormat, encodings: [encoding] });
      expect(difference(await console.capture(), truth), encoding).toBeUndefined();
    }
  });

  test('captures while the machine boots and goes round its video modes', async () => {
    await using server = await qemu({ guest: 'mode-switches' });
    await using console = await connect(server.address);
    const sizes = new Set<string>();
    const wanted = ['640x400', '640x480', '720x400'];
    while (!wanted.every((size) => sizes.has(size))) {
      const { width, height, rgba } = await console.capture();
      expect(rgba.length).toBe(width * height * 4);
      sizes.add(`${width}x${height}`);
    }
    await server.qmp.execute('stop');
    const truth = await server.stableTruth();
    expect(difference(await console.capture(), truth)).toBeUndefined();
  });
});

describeWith(['linuxGuest'], 'QEMU with Linux', () => {
  test('its console', async () => {
    await using server = await qemu({ guest: 'linux' });
    const truth = await server.stableTruth();
    await using console = await connect(server.address);
    expect(difference(await console.capture(), truth)).toBeUndefined();
  });
});

describeWith(['xtigervnc', 'qemu', 'websockify'], 'websockify', () => {
  test('in front of Xtigervnc and of QEMU', async () => {
    await using x = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}`, password: PASSWORD });
    await x.display.drawTestCard();
    await using machine = await qemu();
    for (const [server, truth] of [
      [x, await x.display.truth()],
      [machine, await machine.stableTruth()],
    ] as const) {
      await using proxy = await websockify(server);
      for (const encoding of [undefined, 'raw'] as const) {
        await using console = await connect(proxy.address, {
          credentials: { password: PASSWORD },
          ...(encoding && { encodings: [encoding] }),
        });
        expect(difference(await console.capture(), truth)).toBeUndefined();
      }
    }
  });
});

/** The commands as they are published. */
describeWith(['xtigervnc', 'qemu'], 'rfbctl screenshot', () => {
  let server: XRfbServer;
  let machine: Qemu;
  let truth: Picture;
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rfbctl-'));
    server = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}`, password: PASSWORD });
    machine = await qemu({ display: 'unix' });
    await server.display.drawTestCard();
    truth = await server.display.truth();
    await writeFile(join(directory, 'password'), `${PASSWORD}\n`);
  });
  afterAll(async () => {
    await server?.stop();
    await machine?.stop();
    await rm(directory, { recursive: true });
  });
  const shoot = async (address: string, name: string, ...args: string[]) => {
    const file = join(directory, name);
    const password = ['--password-file', join(directory, 'password')];
    const { exitCode, stdout, stderr } = await cli('screenshot', address, ...password, '-o', file, ...args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    return { file, stdout: stdout.toString(), bytes: await readFile(file) };
  };

  test('PNG, with what was written as text and as JSON', async () => {
    const { file, stdout, bytes } = await shoot(server.address, 'a.png');
    expect(difference(parsePng(bytes), truth)).toBeUndefined();
    expect(stdout).toBe(`${file}: ${WIDTH}x${HEIGHT}\n`);
    const { stdout: json } = await shoot(server.address, 'a.png', '--json');
    expect(JSON.parse(json)).toMatchObject({ file, format: 'png', width: WIDTH, height: HEIGHT });
  });

  test('PPM', async () => {
    const { bytes } = await shoot(server.address, 'a.ppm');
    expect(difference(parsePpm(bytes), truth)).toBeUndefined();
  });

  test('JPEG', async () => {
    // Without the noise of the test card, which no JPEG keeps.
    const wanted = await machine.stableTruth();
    const { bytes } = await shoot(machine.address, 'a.jpg');
    const pixels = await decodeJpeg(bytes, wanted.width, wanted.height);
    expect(psnr(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength), wanted.rgba)).toBeGreaterThan(25);
  });

  test('standard output', async () => {
    const { exitCode, stdout, stderr } = await cli(
      'screenshot',
      server.address,
      '--password',
      PASSWORD,
      '-q',
      '-o',
      '-',
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(difference(parsePng(stdout), truth)).toBeUndefined();
  });

  test.each(names)('--encodings %s, --region', async (encoding) => {
    const region = ['--region', `${REGION.x},${REGION.y},${REGION.width}x${REGION.height}`];
    const { bytes } = await shoot(server.address, 'a.png', '--encodings', encoding, ...region);
    expect(difference(parsePng(bytes), cut(truth, REGION))).toBeUndefined();
  });

  test('--pointer moves the pointer out of the picture', async () => {
    await using other = await xtigervnc({ geometry: `${WIDTH}x${HEIGHT}`, password: PASSWORD });
    await other.display.drawTestCard();
    await other.display.showPointer();
    const wanted = await other.display.truth();
    const { bytes } = await shoot(other.address, 'a.png', '--pointer', '20,30');
    expect(difference(parsePng(bytes), wanted)).toBeUndefined();
    expect(await other.display.pointer()).toMatchObject({ x: 20, y: 30 });
  });

  test('--pixel-format native, QEMU’s Unix socket', async () => {
    const { bytes } = await shoot(machine.address, 'a.png', '--pixel-format', 'native');
    expect(difference(parsePng(bytes), await machine.stableTruth())).toBeUndefined();
  });
});

function parsePng(bytes: Buffer): Picture {
  const { width, height, data } = PNG.sync.read(bytes);
  return { width, height, rgba: data };
}

/** LibVNCServer's answer to a client that takes a colour map: 256 fixed colours, each channel cut down to 3, 3 and 2 bits. */
function inColourMap233(picture: Picture): Picture {
  const rgba = picture.rgba.map((value, at) => {
    const max = [7, 7, 3][at % 4];
    return max === undefined ? value : Math.floor((Math.floor((value * (max + 1)) / 256) * 65_535) / max) >> 8;
  });
  return { ...picture, rgba };
}

/** Draws, and waits until the server knows: x11vnc looks at its display every now and then. */
async function show(server: XRfbServer, picture: Picture): Promise<void> {
  await server.display.draw(picture);
  await using console = await connect(server.address, { encodings: ['raw'] });
  await expect.poll(async () => difference(await console.capture(), picture), { timeout: 10_000 }).toBeUndefined();
}

/** Where the pictures differ is around the pointer's hotspot, and somewhere they do. */
function expectPointerAt({ x, y }: { x: number; y: number }, painted: Picture, truth: Picture): void {
  const reach = 20;
  const around = { x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach };
  expect(difference(cut(painted, around), cut(truth, around))).toMatch(/pixels differ/);
  const patched = { ...painted, rgba: painted.rgba.slice() };
  for (let row = 0; row < around.height; row++) {
    const from = ((around.y + row) * truth.width + around.x) * 4;
    patched.rgba.set(truth.rgba.subarray(from, from + around.width * 4), from);
  }
  expect(difference(patched, truth)).toBeUndefined();
}

/** A few flat rectangles. */
function simple(width: number, height: number): Picture {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x > 100 && x < 300 && y > 50 && y < 333;
      rgba.set(inside ? [200, 20, 255 * ((x >> 5) & 1), 255] : [10, 20, 30, 255], (y * width + x) * 4);
    }
  }
  return { width, height, rgba };
}

function cut(picture: Picture, { x, y, width, height }: Rect): Picture {
  const rgba = new Uint8Array(width * height * 4);
  for (let row = 0; row < height; row++) {
    const from = ((y + row) * picture.width + x) * 4;
    rgba.set(picture.rgba.subarray(from, from + width * 4), row * width * 4);
  }
  return { width, height, rgba };
}

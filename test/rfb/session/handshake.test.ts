import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../../src/rfb/bytes/byte-writer.ts';
import { encodeText } from '../../../src/rfb/protocol/text.ts';
import { Session, type SessionOptions } from '../../../src/rfb/session/session.ts';
import { recordedPipe } from '../../support/pipes.ts';
import { pieces, segmentations } from '../../support/segmentations.ts';
import { serverInit } from '../../support/server-bytes.ts';

const u32 = (value: number) => new ByteWriter().u32(value).take();

const OK = u32(0);
const NONE_OFFERED = Uint8Array.of(1, 1);
const VNC_AUTH_OFFERED = Uint8Array.of(1, 2);
const CHALLENGE = Uint8Array.from({ length: 16 }, (_, i) => i);

const greeting = (version: string) => encodeText(`RFB ${version}\n`);

function reason(text: string): Uint8Array {
  return new ByteWriter().u32(text.length).bytes(encodeText(text)).take();
}

/** A handshake with a server that says all of `said` at once; returns what was written back too. */
async function shake(said: Uint8Array[], options: SessionOptions = {}, cut = (bytes: Uint8Array) => [bytes]) {
  const pipe = recordedPipe(...cut(Buffer.concat(said)));
  const written = () => Buffer.concat(pipe.written).toString('latin1');
  try {
    const session = await Session.open(pipe, options);
    return { session, written: written(), error: undefined };
  } catch (error) {
    return { session: undefined, written: written(), error };
  }
}

describe('the version that is answered is never above the server’s', () => {
  test.each([
    ['003.003', '3.3', '003.003'],
    ['003.005', '3.3', '003.003'],
    ['003.006', '3.3', '003.003'],
    ['003.007', '3.7', '003.007'],
    ['003.008', '3.8', '003.008'],
    ['003.889', '3.8', '003.008'],
    ['004.000', '3.8', '003.008'],
    ['004.001', '3.8', '003.008'],
    ['005.000', '3.8', '003.008'],
  ])('%s is spoken as %s', async (announced, spoken, answer) => {
    const security = spoken === '3.3' ? [Uint8Array.of(0, 0, 0, 1)] : [NONE_OFFERED];
    const result = spoken === '3.8' ? [OK] : [];
    const said = [greeting(announced), ...security, ...result, serverInit()];
    for (const cut of [undefined, (bytes: Uint8Array) => pieces(bytes, 1)]) {
      const { session, written, error } = await shake(said, {}, cut);
      expect(error).toBeUndefined();
      expect(session?.established.version).toBe(spoken);
      expect(written.startsWith(`RFB ${answer}\n${spoken === '3.3' ? '' : '\x01'}\x01`)).toBe(true);
      await session?.close();
    }
  });
});

test('VNC authentication answers the challenge and goes on', async () => {
  const { session, written } = await shake(
    [greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE, OK, serverInit({ name: 'désk' })],
    { credentials: { password: 'password' } },
  );
  expect(session?.established.securityType.name).toBe('vncauth');
  expect(written.slice(12, 13)).toBe('\x02');
  await session?.close();
});

const understood: [what: string, said: Uint8Array[]][] = [
  ['3.8, None', [greeting('003.008'), NONE_OFFERED, OK, serverInit()]],
  ['3.8, VNC authentication', [greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE, OK, serverInit()]],
  ['3.7, None', [greeting('003.007'), NONE_OFFERED, serverInit()]],
  ['3.7, VNC authentication', [greeting('003.007'), VNC_AUTH_OFFERED, CHALLENGE, OK, serverInit()]],
  ['3.3, None', [greeting('003.003'), u32(1), serverInit()]],
  ['3.3, VNC authentication', [greeting('003.003'), u32(2), CHALLENGE, OK, serverInit()]],
];

test.each(understood)('however the bytes are cut: %s', async (_what, said) => {
  const property = fc.asyncProperty(segmentations(Buffer.concat(said)), async (chunks) => {
    const { session, error } = await shake(said, { credentials: { password: 'x' } }, () => chunks);
    expect(error).toBeUndefined();
    expect(session?.established.server).toMatchObject({ width: 4, height: 4, name: 'test' });
    await session?.close();
  });
  await fc.assert(property, { numRuns: 10 });
});

describe('credentials', () => {
  test('are asked for only by a server that wants them, and by name', async () => {
    const asked: unknown[] = [];
    const credentials = (wanted: unknown) => {
      asked.push(wanted);
      return { password: 'x' };
    };
    await shake([greeting('003.008'), NONE_OFFERED, OK, serverInit()], { credentials });
    expect(asked).toEqual([]);
    await shake([greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE, OK, serverInit()], { credentials });
    expect(asked).toEqual([['password']]);
  });

  test('a password of more than eight bytes is a warning', async () => {
    const warnings: string[] = [];
    const said = [greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE, OK, serverInit()];
    for (const password of ['12345678', 'pässword', '123456789']) {
      await shake(said, { credentials: { password }, onWarning: (message) => warnings.push(message) });
    }
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/first 8 bytes/);
  });
});

describe('the choice of a security type', () => {
  const both = [greeting('003.008'), Uint8Array.of(3, 17, 1, 2), CHALLENGE];

  test('is VNC authentication where both are offered', async () => {
    const { written } = await shake(both, { credentials: { password: 'x' } });
    expect(written.charCodeAt(12)).toBe(2);
  });

  test('follows the order that was asked for', async () => {
    const { written } = await shake(both, { security: ['none', 'vncauth'] });
    expect(written.charCodeAt(12)).toBe(1);
  });

  test('is the server’s in 3.3, and may be refused', async () => {
    const { error, written } = await shake([greeting('003.003'), u32(17)]);
    expect(error).toMatchObject({ code: 'NO_COMMON_SECURITY_TYPE', message: expect.stringMatching(/ultra \(17\)/) });
    expect(written).toBe('RFB 003.003\n');
  });
});

describe('bad servers and wrong credentials end in a typed error', () => {
  test.each<[string, Uint8Array[], SessionOptions, string, RegExp]>([
    ['HTTP', [encodeText('HTTP/1.1 400 Bad Request\r\n\r\n')], {}, 'BAD_GREETING', /HTTP server/],
    ['TLS alert', [Uint8Array.of(0x15, 3, 1, 0, 2, 2, 40)], {}, 'BAD_GREETING', /tls:/],
    ['SSH', [encodeText('SSH-2.0-OpenSSH_9.2p1\r\n')], {}, 'BAD_GREETING', /SSH/],
    ['version 2', [greeting('002.009')], {}, 'BAD_GREETING', /2\.9/],
    ['greeting cut', [encodeText('RFB 003.')], {}, 'CONNECTION_LOST', /8 of the/],
    [
      'refusal with a reason',
      [greeting('003.008'), Uint8Array.of(0), reason('not today')],
      {},
      'CONNECTION_REFUSED_BY_SERVER',
      /not today/,
    ],
    [
      'lock-out',
      [greeting('003.008'), Uint8Array.of(0), reason('Too many security failures')],
      {},
      'TOO_MANY_ATTEMPTS',
      /Too many/,
    ],
    ['3.3 refusal', [greeting('003.003'), OK, reason('busy')], {}, 'CONNECTION_REFUSED_BY_SERVER', /busy/],
    ['a reason of 4 GiB', [greeting('003.008'), Uint8Array.of(0, 255, 255, 255, 255)], {}, 'BAD_LENGTH', /4294967295/],
    [
      'nothing in common',
      [greeting('003.008'), Uint8Array.of(2, 17, 133)],
      {},
      'NO_COMMON_SECURITY_TYPE',
      /ultra \(17\), ra2r-256/,
    ],
    [
      'a type not allowed',
      [greeting('003.008'), NONE_OFFERED],
      { security: ['vncauth'] },
      'NO_COMMON_SECURITY_TYPE',
      /--security none/,
    ],
    [
      'a security type that does not exist',
      [greeting('003.008'), NONE_OFFERED],
      { security: ['vnc' as 'vncauth'] },
      'BAD_OPTION',
      /no security type is called "vnc"; there are vencrypt-x509-sasl, .*, vncauth, xvp, none/,
    ],
    [
      'an encoding that does not exist',
      [greeting('003.008'), NONE_OFFERED],
      { encodings: ['zrel' as 'zrle'] },
      'BAD_OPTION',
      /no encoding is called "zrel"; there are copy-rect, tight/,
    ],
    ['no password given', [greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE], {}, 'CREDENTIALS_REQUIRED', /password/],
    [
      'wrong password, 3.8',
      [greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE, Uint8Array.of(0, 0, 0, 1), reason('Authentication failed\0')],
      { credentials: { password: 'x' } },
      'AUTHENTICATION_FAILED',
      /Authentication failed;/,
    ],
    [
      'too many attempts, by number',
      [greeting('003.007'), VNC_AUTH_OFFERED, CHALLENGE, u32(2)],
      { credentials: { password: 'x' } },
      'TOO_MANY_ATTEMPTS',
      /no reason/,
    ],
    [
      'a SecurityResult that does not exist',
      [greeting('003.008'), NONE_OFFERED, u32(3)],
      {},
      'BAD_VALUE',
      /SecurityResult 3/,
    ],
    [
      'wrong password, 3.7',
      [greeting('003.007'), VNC_AUTH_OFFERED, CHALLENGE, Uint8Array.of(0, 0, 0, 1)],
      { credentials: { password: 'x' } },
      'AUTHENTICATION_FAILED',
      /no reason/,
    ],
    [
      'a framebuffer of 65535x65535',
      [greeting('003.008'), NONE_OFFERED, OK, serverInit({ width: 65535, height: 65535 })],
      {},
      'BAD_VALUE',
      /65535x65535/,
    ],
    [
      'a name of 4 GiB',
      [greeting('003.008'), NONE_OFFERED, OK, serverInit({ nameLength: 0xffffffff })],
      {},
      'BAD_LENGTH',
      /4294967295/,
    ],
  ])('%s', async (_name, said, options, code, message) => {
    const { error } = await shake(said, options);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each<[string, Uint8Array[], string]>([
    ['no version of RFB', [greeting('000.000')], 'greeting'],
    ['nothing in common', [greeting('003.008'), Uint8Array.of(1, 17)], 'security'],
    ['a wrong password', [greeting('003.008'), VNC_AUTH_OFFERED, CHALLENGE, u32(1), reason('no')], 'security'],
    ['a bad name', [greeting('003.008'), NONE_OFFERED, OK, serverInit({ nameLength: 70_000 })], 'init'],
  ])('%s is an error of its phase, and names the server', async (_name, said, phase) => {
    const { error } = await shake(said, { credentials: { password: 'x' } });
    expect(error).toMatchObject({ phase, message: expect.stringMatching(/^test: /) });
  });

  test('as many security types as fit a byte are not all listed, and none twice', async () => {
    const types = Uint8Array.from({ length: 255 }, (_, i) => (i < 150 ? 17 : 150 + (i % 80)));
    const { error } = await shake([greeting('003.008'), Uint8Array.of(255), types]);
    expect(error).toMatchObject({ code: 'NO_COMMON_SECURITY_TYPE' });
    expect(String(error).match(/ultra/g)).toHaveLength(1);
    expect(String(error)).toMatch(/and more; wanted/);
    expect(String(error).length).toBeLessThan(500);
  });

  test.each(understood)('cut anywhere, the connection is lost: %s', async (_what, said) => {
    const whole = Buffer.concat(said);
    for (let length = 0; length < whole.length; length++) {
      const { error } = await shake([whole.subarray(0, length)], { credentials: { password: 'x' } });
      expect(error, `cut at ${length}`).toMatchObject({ code: 'CONNECTION_LOST' });
    }
  });

  test('a silent server is a timeout that says so', async () => {
    const pipe = {
      ...recordedPipe(),
      incoming: (async function* () {
        await new Promise(() => {});
      })() as AsyncIterable<Uint8Array>,
    };
    await expect(Session.open(pipe, { handshakeTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      phase: 'greeting',
      message: expect.stringMatching(/sent nothing for 20 ms/),
    });
  });
});

import { describe, expect, test } from 'vitest';
import { vncResponse } from '../../src/rfb/protocol/security/vnc-authentication.ts';
import { createServer } from '../../src/server/server.ts';
import { RawViewer } from '../support/raw-viewer.ts';

/** RFC 6143 §7.4: 32 bits, depth 24, little-endian, true colour, 255 each, shifts 16, 8, 0. */
const BGRX = [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0];

const LOGIN_INIT = { width: 720, height: 400, pixelFormat: BGRX, name: 'rfbctl demo (login)' };

describe('security None', () => {
  test('3.8: types, choice, SecurityResult, ServerInit', async () => {
    const viewer = new RawViewer(createServer());
    expect(await viewer.takeText(12)).toBe('RFB 003.008\n');
    await viewer.pipe.write(Buffer.from('RFB 003.008\n'));
    expect(await viewer.take(2)).toEqual([1, 1]);
    await viewer.send(1);
    expect(await viewer.take(4)).toEqual([0, 0, 0, 0]);
    await viewer.send(1);
    expect(await viewer.serverInit()).toEqual(LOGIN_INIT);
  });

  test('3.7: no SecurityResult', async () => {
    const viewer = new RawViewer(createServer());
    await viewer.greet('3.7');
    expect(await viewer.take(2)).toEqual([1, 1]);
    await viewer.send(1, 1);
    expect(await viewer.serverInit()).toEqual(LOGIN_INIT);
  });

  test('3.3: the server decides', async () => {
    const viewer = new RawViewer(createServer());
    await viewer.greet('3.3');
    expect(await viewer.take(4)).toEqual([0, 0, 0, 1]);
    await viewer.send(1);
    expect(await viewer.serverInit()).toEqual(LOGIN_INIT);
  });

  test('a version of its own is spoken as 3.3, a higher one as 3.8', async () => {
    const old = new RawViewer(createServer());
    await old.take(12);
    await old.pipe.write(Buffer.from('RFB 003.005\n'));
    expect(await old.take(4)).toEqual([0, 0, 0, 1]);
    const apple = new RawViewer(createServer());
    await apple.take(12);
    await apple.pipe.write(Buffer.from('RFB 003.889\n'));
    expect(await apple.take(2)).toEqual([1, 1]);
  });

  test('a server of 3.3 stays there', async () => {
    const viewer = new RawViewer(createServer({ version: '3.3' }));
    expect(await viewer.takeText(12)).toBe('RFB 003.003\n');
    await viewer.pipe.write(Buffer.from('RFB 003.008\n'));
    expect(await viewer.take(4)).toEqual([0, 0, 0, 1]);
  });

  test('a choice that was not offered is refused, with the reason', async () => {
    const viewer = new RawViewer(createServer());
    await viewer.greet('3.8');
    await viewer.take(2);
    await viewer.send(16);
    expect(await viewer.takeU32()).toBe(1);
    expect(await viewer.takeText(await viewer.takeU32())).toBe('security type 16 was not offered');
    await expect(viewer.take(1)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });

  test('nonsense instead of a greeting closes', async () => {
    const errors: unknown[] = [];
    const viewer = new RawViewer(createServer({ onError: (error) => errors.push(error) }));
    await viewer.take(12);
    await viewer.pipe.write(Buffer.from('GET / HTTP/1.1\r\n'));
    await viewer.served;
    expect(errors).toMatchObject([{ code: 'BAD_GREETING' }]);
  });
});

describe('VNC authentication', () => {
  async function answer(version: '3.3' | '3.7' | '3.8', password: string, errors: unknown[] = []) {
    const viewer = new RawViewer(createServer({ password: 'secret', onError: (error) => errors.push(error) }));
    await viewer.greet(version);
    if (version === '3.3') expect(await viewer.take(4)).toEqual([0, 0, 0, 2]);
    else {
      expect(await viewer.take(2)).toEqual([1, 2]);
      await viewer.send(2);
    }
    const challenge = Uint8Array.from(await viewer.take(16));
    await viewer.pipe.write(vncResponse(challenge, password));
    return viewer;
  }

  test.each(['3.3', '3.7', '3.8'] as const)('%s: the right password', async (version) => {
    const viewer = await answer(version, 'secret');
    expect(await viewer.takeU32()).toBe(0);
    await viewer.send(1);
    expect(await viewer.serverInit()).toEqual(LOGIN_INIT);
  });

  test('3.8: a wrong password is told the reason, then hung up on', async () => {
    const errors: unknown[] = [];
    const viewer = await answer('3.8', 'sekret', errors);
    expect(await viewer.takeU32()).toBe(1);
    expect(await viewer.takeText(await viewer.takeU32())).toBe('the password is wrong');
    await expect(viewer.take(1)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await viewer.served;
    expect(errors).toMatchObject([{ code: 'AUTHENTICATION_FAILED' }]);
  });

  test.each(['3.3', '3.7'] as const)('%s: a wrong password is told no reason', async (version) => {
    const viewer = await answer(version, 'sekret');
    expect(await viewer.takeU32()).toBe(1);
    await expect(viewer.take(1)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
  });
});

test('options with names that do not exist are usage errors', () => {
  expect(() => createServer({ scene: 'nowhere' })).toThrow(
    'unknown scene "nowhere", there are login, desktop, colours',
  );
  expect(() => createServer({ security: ['ultra'] })).toThrow('unknown security type "ultra"');
  expect(() => createServer({ encodings: ['h264'] })).toThrow('unknown encoding "h264"');
});

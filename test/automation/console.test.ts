import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Console, connect } from '../../src/automation/console.ts';
import { probe } from '../../src/automation/probe.ts';
import { clientCutText } from '../../src/rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { Session, type SessionOptions } from '../../src/rfb/session/session.ts';
import { Display } from '../../src/server/display.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import type { Scene, SceneKey } from '../../src/server/scenes/scene.ts';
import { createServer } from '../../src/server/server.ts';
import { ScriptedPeer } from '../support/scripted-server.ts';

/** A machine that keeps what it was told. */
class Notes implements Scene {
  readonly name = 'notes';
  readonly display = new Display(64, 48);
  readonly keys: SceneKey[] = [];
  readonly buttonMasks: number[] = [];
  readonly pasted: string[] = [];

  onKey(event: SceneKey): void {
    this.keys.push(event);
  }

  onPointer({ buttonMask }: { buttonMask: number }): void {
    this.buttonMasks.push(buttonMask);
  }

  onCutText(text: string): void {
    this.pasted.push(text);
  }

  get keysDown(): number[] {
    const down = new Set<number>();
    for (const key of this.keys) key.down ? down.add(key.keysym) : down.delete(key.keysym);
    return [...down];
  }
}

async function setUp() {
  const scene = new Notes();
  const [near, far] = pipePair({ names: ['notes', 'the viewer'] });
  createServer({ scene, name: 'Notes' }).accept(far);
  return { scene, console: new Console(await Session.open(near)) };
}

describe('what a console tells', () => {
  test('size and name', async () => {
    const { console } = await setUp();
    expect([console.width, console.height, console.desktopName]).toEqual([64, 48, 'Notes']);
    await console.close();
  });

  test('bell and cutText are events; the last text stays', async () => {
    const { scene, console } = await setUp();
    expect(console.clipboard).toBeUndefined();
    const heard: string[] = [];
    console.on('bell', () => heard.push('bell')).on('cutText', (text) => heard.push(text));
    const copied = console.waitForEvent('cutText', { where: (text) => text.startsWith('s') });
    scene.display.cutText('first');
    scene.display.bell();
    scene.display.cutText('second');
    expect(await copied).toEqual(['second']);
    expect(heard).toEqual(['first', 'bell', 'second']);
    expect(console.clipboard).toBe('second');
    await console.close();
  });

  test('a resize', async () => {
    const { scene, console } = await setUp();
    await console.capture();
    const resized = console.waitForEvent('resize');
    scene.display.resize(80, 25);
    await console.capture();
    expect(await resized).toEqual([80, 25]);
    expect([console.width, console.height]).toEqual([80, 25]);
    await console.close();
  });

  test('closed, without an error when it was us', async () => {
    const { console } = await setUp();
    const closed = once(console, 'closed');
    await console.close();
    await console.close();
    expect(await closed).toEqual([undefined]);
    await expect(console.screenshot()).rejects.toMatchObject({ code: 'CLOSED' });
    await expect(console.waitForEvent('bell')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  test('closed, with the error when it was the server', async () => {
    const [near, far] = pipePair();
    const peer = new ScriptedPeer(far);
    const opening = Session.open(near);
    await peer.handshake();
    const console = new Console(await opening);
    const closed = once(console, 'closed');
    await peer.close();
    expect(await closed).toMatchObject([{ code: 'CONNECTION_LOST', phase: 'session' }]);
  });

  test('a wait ends in time, by its signal, and by a condition that throws', async () => {
    const { scene, console } = await setUp();
    await expect(console.waitForEvent('bell', { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: 'notes: no bell within 20 ms',
    });
    const reason = new Error('enough');
    await expect(console.waitForEvent('bell', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const where = () => {
      throw reason;
    };
    const waiting = console.waitForEvent('cutText', { where });
    scene.display.cutText('x');
    await expect(waiting).rejects.toBe(reason);
    expect(console.session.listenerCount('bell') + console.session.listenerCount('cutText')).toBe(2);
    await console.capture();
    await console.close();
  });
});

test.each([Number.NaN, -1])('a timeout of %s is refused at once', async (ms) => {
  const refusal = { code: 'BAD_OPTION' };
  await expect(connect('demo:', { connectTimeoutMs: ms })).rejects.toMatchObject(refusal);
  await expect(connect('demo:', { handshakeTimeoutMs: ms })).rejects.toMatchObject(refusal);
  const { console } = await setUp();
  await expect(console.waitForEvent('bell', { timeoutMs: ms })).rejects.toMatchObject(refusal);
  await expect(console.screenshot({ timeoutMs: ms })).rejects.toMatchObject(refusal);
  await console.close();
});

test('a probe ends with a session that asks for everything again', async () => {
  await using console = await connect('demo:colours');
  const { encodings, width, height } = await probe(console.session);
  expect([width, height]).toEqual([800, 600]);
  expect(encodings.filter(({ used }) => !used).map(({ name }) => name)).toEqual(['copy-rect']);
  const before = console.session.state.rectCounts.get('tight') ?? 0;
  await console.capture();
  expect(console.session.state.rectCounts.get('tight')).toBeGreaterThan(before);
});

describe('paste', () => {
  test('arrives with line feeds', async () => {
    const { scene, console } = await setUp();
    await console.paste('Straße\r\n\r€');
    expect(scene.pasted).toEqual(['Straße\n\n€']);
    await console.close();
  });
});

test('a click holds its modifiers by the console’s own keyboard', async () => {
  const { scene, console } = await setUp();
  await console.pointer.click(1, 1, { modifiers: ['ctrl'] });
  expect(scene.keys.map(({ down, keysym }) => [down, keysym])).toEqual([
    [true, 0xffe3],
    [false, 0xffe3],
  ]);
  await console.close();
});

test('an action that is aborted before its turn does not wait for it', async () => {
  const { console } = await setUp();
  const long = console.keyboard.press('a', { holdMs: 60_000 });
  const reason = new Error('enough');
  await expect(console.keyboard.type('b', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const abort = new AbortController();
  const queued = console.keyboard.type('b', { signal: abort.signal });
  setTimeout(() => abort.abort(reason), 10);
  await expect(queued).rejects.toBe(reason);
  await console.close();
  await expect(long).rejects.toMatchObject({ code: 'ACTION_FAILED' });
});

test('close lets go of keys and buttons', async () => {
  const { scene, console } = await setUp();
  await console.keyboard.down('shift');
  await console.pointer.move(1, 1);
  await console.pointer.down();
  await console.close();
  expect(scene.keysDown).toEqual([]);
  expect(scene.buttonMasks.at(-1)).toBe(0);
});

describe('a server that reads nothing any more', () => {
  async function stall(options: SessionOptions) {
    const [near, far] = pipePair({ names: ['stalled', 'the viewer'], highWaterMark: 64 });
    const peer = new ScriptedPeer(far);
    const opening = Session.open(near, options);
    await peer.handshake();
    await peer.expect(20);
    await peer.expectMessage({ ...clientCutText, type: 2, read: async () => new Uint8Array() }).catch(() => {});
    const session = await opening;
    return { console: new Console(session), session };
  }

  test('ends the session in time', async () => {
    const { session } = await stall({ sendTimeoutMs: 50 });
    const failure = { code: 'TIMED_OUT', message: 'stalled: the server took nothing of what was sent for 50 ms' };
    await expect(session.sendCutText(new Uint8Array(1000))).rejects.toMatchObject(failure);
    expect(session.ended).toMatchObject(failure);
    await expect(session.sendKeyEvent(true, 97)).rejects.toMatchObject(failure);
  });

  test('an abort is felt at once', async () => {
    const { console } = await stall({});
    const reason = new Error('enough');
    const started = performance.now();
    await expect(console.session.sendCutText(new Uint8Array(1000), { signal: abortIn(20, reason) })).rejects.toBe(
      reason,
    );
    expect(performance.now() - started).toBeLessThan(10_000);
    await console.close();
  });

  test('typing is aborted, and the console closed, in seconds', async () => {
    const { console } = await stall({});
    const reason = new Error('enough');
    const started = performance.now();
    await expect(console.keyboard.type('hello, world', { signal: abortIn(500, reason) })).rejects.toBe(reason);
    expect(performance.now() - started).toBeLessThan(10_000);
    await console.close();
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

function abortIn(ms: number, reason: Error): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => abort.abort(reason), ms);
  return abort.signal;
}

import { describe, expect, test } from 'vitest';
import { Console } from '../../src/automation/console.ts';
import { Line, type LineOptions } from '../../src/automation/line.ts';
import { pressUntil } from '../../src/automation/press-until.ts';
import { stable } from '../../src/automation/waiting/screen-conditions.ts';
import { AuthenticationError, ConnectionError, TimeoutError } from '../../src/rfb/errors.ts';
import type { LogEvent } from '../../src/rfb/session/log-event.ts';
import { Session } from '../../src/rfb/session/session.ts';
import { colour, Display } from '../../src/server/display.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import type { Scene, SceneKey } from '../../src/server/scenes/scene.ts';
import { createServer, type RfbServer } from '../../src/server/server.ts';
import { ScriptedPeer } from '../support/scripted-server.ts';

const BLACK = colour(0, 0, 0);
const RED = colour(255, 0, 0);

/** A machine in memory that loses its connections when it is told to. */
class Machine {
  readonly keys: SceneKey[] = [];
  readonly log: LogEvent[] = [];
  readonly warnings: string[] = [];
  dials = 0;
  /** What the next attempts fail with. */
  failures: Error[] = [];
  display: Display;
  #server: RfbServer;

  constructor(width = 32, height = 16) {
    this.display = new Display(width, height);
    this.#server = this.#serve();
  }

  async console(options: LineOptions = {}): Promise<Console> {
    return new Console(await this.line(options));
  }

  async line(options: LineOptions = {}): Promise<Line> {
    return new Line(await this.dial(), {
      reopen: () => this.dial(),
      onLog: (event) => this.log.push(event),
      onWarning: (message) => this.warnings.push(message),
      ...options,
    });
  }

  async dial(): Promise<Session> {
    this.dials++;
    const failure = this.failures.shift();
    if (failure) throw failure;
    const [near, far] = pipePair({ names: ['vm7', 'viewer'] });
    void this.#server.accept(far);
    return Session.open(near);
  }

  /** Hangs up on everybody; whoever comes later sees a screen of this size. */
  async restart(width = this.display.width, height = this.display.height): Promise<void> {
    const old = this.#server;
    this.display = new Display(width, height);
    this.#server = this.#serve();
    await old.close();
  }

  fill(pixel: number): void {
    this.display.fill(this.display.framebuffer.bounds, pixel);
  }

  #serve(): RfbServer {
    const scene: Scene = { name: 'machine', display: this.display, onKey: (key) => void this.keys.push(key) };
    return createServer({ scene });
  }
}

const refused = () => new ConnectionError('CONNECT_FAILED', 'vm7: refused', { phase: 'connect' });
/** Resolves when the wait has looked at the screen. */
const looked = () => {
  let onLook = () => {};
  const first = new Promise<void>((resolve) => {
    onLook = resolve;
  });
  return { onLook, first };
};

describe('a wait whose connection is lost', () => {
  test('goes on with another, at another size, and so do keyboard and pointer', async () => {
    const machine = new Machine();
    await using vm = await machine.console();
    const heard: unknown[] = [];
    vm.on('reconnecting', (lost) => heard.push(lost.message));
    vm.on('reconnected', () => heard.push('reconnected'));
    vm.on('resize', (...size) => heard.push(size));
    await vm.keyboard.down('shift');
    const { onLook, first } = looked();
    const waiting = vm.screen.waitForNonBlank({ onLook });
    await first;
    const before = vm.session;
    machine.failures = [refused(), refused()];
    await machine.restart(64, 20);
    machine.keys.length = 0;
    machine.fill(RED);
    machine.display.fill({ x: 0, y: 0, width: 1, height: 1 }, BLACK);
    const { picture } = await waiting;
    expect([picture.width, picture.height]).toEqual([64, 20]);
    expect(vm.session).not.toBe(before);
    expect([vm.width, vm.height]).toEqual([64, 20]);
    expect(heard).toEqual([expect.stringContaining('closed the connection'), 'reconnected', [64, 20]]);
    await vm.keyboard.type('a');
    await vm.pointer.click(60, 18);
    await vm.keyboard.releaseAll();
    // Nothing of the shift that was held, neither down nor up.
    expect(machine.keys.map(({ down, keysym }) => [down, keysym])).toEqual([
      [true, 0x61],
      [false, 0x61],
    ]);
    expect(machine.warnings).toEqual([expect.stringMatching(/^reconnecting: vm7: the (server|peer) closed/)]);
    expect(machine.log).toMatchObject([
      { type: 'reconnecting', attempt: 1, afterMs: 0 },
      { type: 'reconnecting', attempt: 2, afterMs: 250, reason: { message: 'vm7: refused' } },
      { type: 'reconnecting', attempt: 3, afterMs: 500 },
      { type: 'reconnected' },
    ]);
  });

  test('begins with one when it was lost before', async () => {
    const machine = new Machine();
    await using vm = await machine.console();
    await machine.restart();
    await expect.poll(() => vm.session.ended).toMatchObject({ code: 'CONNECTION_LOST' });
    // What acts does not dial.
    await expect(vm.keyboard.type('a')).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    await expect(vm.screenshot()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(machine.dials).toBe(1);
    await vm.screen.waitForStable(1);
    await vm.screenshot();
    expect(machine.keys).toEqual([]);
  });

  test('compares a change with what was there before', async () => {
    const machine = new Machine();
    await using vm = await machine.console();
    const { onLook, first } = looked();
    const waiting = vm.screen.waitForChange({ onLook });
    await first;
    await machine.restart();
    machine.fill(RED);
    expect((await waiting).verdict.seen).toBe('it changed');
  });

  test('counts stillness from the restoration on', () => {
    const condition = stable(100);
    const picture = { width: 1, height: 1, rgba: Uint8Array.of(1, 1, 1, 255), fresh: true };
    const look = (nowMs: number, unbrokenSinceMs: number) =>
      condition.look({ picture, first: picture, nowMs, unbrokenSinceMs });
    expect(look(0, 0)).toMatchObject({ holds: false });
    expect(look(150, 140)).toMatchObject({ holds: false, againInMs: 90 });
    expect(look(240, 140)).toMatchObject({ holds: true });
  });

  test('has its own deadline, and tells of the outage', async () => {
    const machine = new Machine();
    await using vm = await machine.console();
    const { onLook, first } = looked();
    const waiting = vm.screen.waitForNonBlank({ timeoutMs: 2000, onLook });
    await first;
    machine.failures = Array.from({ length: 100 }, refused);
    await machine.restart();
    await expect(waiting).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(
        /in vain for .*: all of it is #000000; the connection was lost \(.*closed.*\), \d attempts to reconnect failed: vm7: refused$/,
      ),
      evidence: { last: { verdict: { seen: 'all of it is #000000' } } },
    });
    // 0, 250, 500 and 1000 ms later.
    expect(machine.dials).toBeLessThanOrEqual(5);
  });

  test.each([
    ['a wrong password', new AuthenticationError('AUTHENTICATION_FAILED', 'wrong')],
    ['another certificate', new ConnectionError('TLS_UNTRUSTED', 'not the pinned one')],
  ])('fails at once for %s', async (_what, failure) => {
    const machine = new Machine();
    await using vm = await machine.console();
    machine.failures = [failure];
    await machine.restart();
    const outcome = await vm.screen.waitForNonBlank().catch((error: unknown) => error);
    expect(outcome).toBe(failure);
    expect(failure.message).toMatch(/^reconnecting, as the connection was lost: /);
    // The next wait tries again.
    machine.fill(RED);
    machine.display.fill({ x: 0, y: 0, width: 1, height: 1 }, BLACK);
    await vm.screen.waitForNonBlank();
  });

  test('goes on after a handshake that came to nothing', async () => {
    const machine = new Machine();
    await using vm = await machine.console();
    machine.failures = [new TimeoutError('silent', { phase: 'security' })];
    await machine.restart();
    await vm.screen.waitForStable(1);
    expect(machine.dials).toBe(3);
  });

  test('ends when the console is closed, between attempts and during one', async () => {
    for (const reopen of [undefined, () => new Promise<Session>(() => {})]) {
      const machine = new Machine();
      const vm = await machine.console(reopen && { reopen });
      machine.failures = Array.from({ length: 100 }, refused);
      await machine.restart();
      const waiting = vm.screen.waitForNonBlank();
      await new Promise((resolve) => vm.once('reconnecting', resolve));
      await vm.close();
      await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
      await expect(vm.screen.waitForNonBlank()).rejects.toMatchObject({ code: 'CLOSED' });
    }
  });

  test('is over where nobody may dial again', async () => {
    const machine = new Machine();
    await using vm = await machine.console({ reopen: undefined });
    await machine.restart();
    await expect(vm.screen.waitForNonBlank()).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    expect(machine.dials).toBe(1);
  });

  test('is over when the server broke the protocol', async () => {
    const [near, far] = pipePair();
    const peer = new ScriptedPeer(far);
    const opening = Session.open(near);
    await peer.handshake();
    const line = new Line(await opening, { reopen: () => Promise.reject(new Error('dialled')) });
    await using vm = new Console(line);
    await peer.send([99]);
    await expect(vm.screen.waitForNonBlank()).rejects.toMatchObject({ code: 'UNKNOWN_MESSAGE' });
  });
});

test('waits at the same time share the attempts, and one that gives up leaves the others alone', async () => {
  const machine = new Machine();
  await using vm = await machine.console();
  machine.failures = [refused(), refused()];
  await machine.restart();
  const hasty = vm.screen.waitForStable(1, { timeoutMs: 20 });
  const patient = [vm.screen.waitForStable(1), vm.screen.waitForStable(1)];
  await expect(hasty).rejects.toMatchObject({ code: 'TIMED_OUT' });
  await Promise.all(patient);
  expect(machine.dials).toBe(4);
});

test('a wait right after one that gave up dials anew', async () => {
  const machine = new Machine();
  await using vm = await machine.console();
  machine.failures = [refused()];
  await machine.restart();
  await expect(vm.screen.waitForStable(1, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  await vm.screen.waitForStable(1);
});

test('a server that hangs up again and again is not hammered', async () => {
  const machine = new Machine();
  await using vm = await machine.console();
  let drops = 0;
  vm.on('reconnected', () => {
    drops++;
    void machine.restart();
  });
  await machine.restart();
  await expect(vm.screen.waitForNonBlank({ timeoutMs: 1500 })).rejects.toMatchObject({ code: 'TIMED_OUT' });
  // 0, 250, 750 ms after the first loss.
  expect(drops).toBeGreaterThan(1);
  expect(drops).toBeLessThanOrEqual(3);
});

test('pressing until something shows goes on with the new session, and repeats no press', async () => {
  const machine = new Machine();
  await using vm = await machine.console();
  let pressed = 0;
  const { keysym } = { keysym: 0xff0d };
  const pressing = pressUntil(
    vm.keyboard,
    'enter',
    (options) => vm.screen.waitForNonBlank({ ...options, timeoutMs: 20_000 }),
    { everyMs: 50 },
  );
  await expect.poll(() => machine.keys.length).toBeGreaterThan(1);
  machine.failures = [refused(), refused()];
  await machine.restart();
  pressed = machine.keys.filter((key) => key.down && key.keysym === keysym).length;
  await expect.poll(() => machine.keys.filter(({ down }) => down).length).toBeGreaterThan(pressed + 1);
  machine.fill(RED);
  machine.display.fill({ x: 0, y: 0, width: 1, height: 1 }, BLACK);
  const { presses } = await pressing;
  // One may have been on its way when the connection was lost.
  const arrived = machine.keys.filter(({ down }) => down).length;
  expect(presses).toBeGreaterThanOrEqual(arrived);
  expect(presses).toBeLessThanOrEqual(arrived + 1);
});

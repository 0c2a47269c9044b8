import { describe, expect, test } from 'vitest';
import { Console } from '../../src/automation/console.ts';
import { Line } from '../../src/automation/line.ts';
import { SharedLine } from '../../src/gateway/shared-line.ts';
import { ConnectionError } from '../../src/rfb/errors.ts';
import { Session, type SessionOptions } from '../../src/rfb/session/session.ts';
import { colour, Display } from '../../src/server/display.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import type { Scene, SceneKey } from '../../src/server/scenes/scene.ts';
import { createServer, type RfbServer } from '../../src/server/server.ts';

/** A machine that keeps what it was told. */
class Machine implements Scene {
  readonly name = 'machine';
  readonly display: Display;
  readonly extensions: ReadonlySet<string>;
  readonly events: string[] = [];
  readonly server: RfbServer;

  constructor(extensions: readonly string[], width = 48, height = 24) {
    this.display = new Display(width, height);
    this.extensions = new Set(['fence', 'desktop-size', ...extensions]);
    this.server = createServer({ scene: this, name: 'The machine' });
  }

  onKey({ down, keysym, xtScancode }: SceneKey): void {
    this.events.push(`${down ? '+' : '-'}${keysym.toString(16)}${xtScancode === undefined ? '' : `/${xtScancode}`}`);
  }

  onPointer({ x, y, buttonMask }: { x: number; y: number; buttonMask: number }): void {
    this.events.push(`${x},${y}:${buttonMask}`);
  }

  async onSetDesktopSize({ width, height }: { width: number; height: number }): Promise<number> {
    if (width > 100) return 3;
    this.display.resize(width, height);
    return 0;
  }

  onCutText(text: string): void {
    this.events.push(text);
  }

  /** Something different in every place. */
  paint(seed: number): void {
    const { bounds } = this.display.framebuffer;
    this.display.shade(bounds, (x, y) => colour((x * 5 + seed) & 255, (y * 7 + seed) & 255, (x ^ y) & 255));
  }

  get rgba(): Uint8Array {
    return this.display.framebuffer.rgba();
  }
}

async function sessionWith(server: Pick<RfbServer, 'accept'>, options?: SessionOptions): Promise<Session> {
  const [near, far] = pipePair();
  void server.accept(far);
  return Session.open(near, options);
}

async function share(machine: Machine, reopen?: () => Promise<Session>) {
  const told: string[] = [];
  const line = new Line(await sessionWith(machine.server), { reopen });
  const shared = new SharedLine(line, { onViewer: (what) => told.push(what) });
  await shared.ready();
  const view = async (options?: SessionOptions) => new Console(await sessionWith(shared, options));
  const close = async () => {
    await shared.close();
    await line.close();
    await machine.server.close();
  };
  return { shared, line, told, view, [Symbol.asyncDispose]: close };
}

describe('viewers of a shared session', () => {
  test.each(['core', 'reference'] as const)('see every pixel as it is when they ask (%s)', async (decoder) => {
    const machine = new Machine([]);
    machine.paint(1);
    await using both = await share(machine);
    await using one = await both.view({ decoder });
    await using other = await both.view({ decoder });
    expect(one.desktopName).toBe('The machine');
    for (let seed = 2; seed < 12; seed++) {
      machine.paint(seed);
      const [first, second] = await Promise.all([one.capture(), other.capture()]);
      expect(Buffer.compare(first.rgba, machine.rgba)).toBe(0);
      expect(Buffer.compare(second.rgba, machine.rgba)).toBe(0);
    }
    expect(both.told).toEqual(['came', 'came']);
  });

  test('see a change without asking, and a resize as a whole', async () => {
    const machine = new Machine([]);
    await using both = await share(machine);
    await using vm = await both.view();
    const changed = vm.screen.waitForNonBlank({ timeoutMs: 20_000 });
    machine.paint(3);
    await changed;
    machine.display.resize(80, 33);
    machine.paint(4);
    const { width, height, rgba } = await vm.capture();
    expect([width, height]).toEqual([80, 33]);
    expect(Buffer.compare(rgba, machine.rgba)).toBe(0);
  });

  test('type, point and paste, by what the machine knows', async () => {
    const machine = new Machine(['qemu-extended-key-event', 'extended-mouse-buttons']);
    await using both = await share(machine);
    await using vm = await both.view();
    await vm.keyboard.press('a', { keys: 'scancode' });
    await vm.keyboard.press('b');
    // All of it is there when the call is over.
    expect(machine.events.splice(0)).toEqual(['+61/30', '-61/30', '+62', '-62']);
    await vm.pointer.click(4, 5, { button: 'back' });
    expect(machine.events.splice(0)).toEqual(['4,5:0', '4,5:128', '4,5:0']);
    await vm.paste('café');
    expect(machine.events.splice(0)).toEqual(['café']);
  });

  test('resize it', async () => {
    const machine = new Machine(['extended-desktop-size']);
    await using both = await share(machine);
    await using vm = await both.view();
    await vm.session.setDesktopSize({ width: 60, height: 40 });
    expect([vm.width, vm.height, machine.display.width, machine.display.height]).toEqual([60, 40, 60, 40]);
    await expect(vm.session.setDesktopSize({ width: 101, height: 40 })).rejects.toMatchObject({
      code: 'ACTION_FAILED',
      message: expect.stringMatching(/does not accept this layout/),
    });
    machine.paint(5);
    expect(Buffer.compare((await vm.capture()).rgba, machine.rgba)).toBe(0);
  });

  test('are not promised what the machine does not know', async () => {
    const machine = new Machine([]);
    await using both = await share(machine);
    await using vm = await both.view();
    await expect(vm.keyboard.press('a', { keys: 'scancode' })).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    await expect(vm.pointer.click(1, 1, { button: 'back' })).rejects.toMatchObject({ code: 'UNSUPPORTED_BY_SERVER' });
    await expect(vm.session.setDesktopSize({ width: 9, height: 9 })).rejects.toMatchObject({
      code: 'UNSUPPORTED_BY_SERVER',
    });
    expect([...vm.session.state.confirmed]).not.toContain('qemu-led-state');
  });

  test('hear the bell, the clipboard and the lights', async () => {
    const machine = new Machine(['qemu-led-state']);
    const lights = { scrollLock: false, numLock: true, capsLock: false };
    machine.display.setLedState(lights);
    await using both = await share(machine);
    await using vm = await both.view();
    await vm.session.extensionsKnown();
    expect(vm.ledState).toEqual(lights);
    const heard = [vm.waitForEvent('bell'), vm.waitForEvent('cutText')];
    machine.display.bell();
    machine.display.cutText('copied');
    expect(await Promise.all(heard)).toEqual([[], ['copied']]);
    machine.display.setLedState({ ...lights, capsLock: true });
    expect(await vm.session.lightsBecome({ capsLock: true }, { timeoutMs: 20_000 })).toBe(true);
  });

  test('let go of what they hold when they leave', async () => {
    const machine = new Machine([]);
    await using both = await share(machine);
    const session = await sessionWith(both.shared);
    await session.sendKeyEvent(true, 0x61);
    await session.barrier();
    await session.close();
    await expect.poll(() => machine.events).toEqual(['+61', '-61']);
    expect(both.told).toEqual(['came', 'left']);
  });
});

describe('when the machine is lost', () => {
  test('viewers are, too; the next one has it restored', async () => {
    const first = new Machine([]);
    const second = new Machine([], 64, 32);
    second.paint(9);
    await using both = await share(first, () => sessionWith(second.server));
    const vm = await both.view();
    await first.server.close();
    await expect.poll(() => vm.session.ended).toMatchObject({ code: 'CONNECTION_LOST' });
    await using next = await both.view();
    const { width, rgba } = await next.capture();
    expect(width).toBe(64);
    expect(Buffer.compare(rgba, second.rgba)).toBe(0);
    await second.server.close();
  });

  test('and cannot be had again, viewers are told why', async () => {
    const machine = new Machine([]);
    const reopen = () => Promise.reject(new ConnectionError('TLS_UNTRUSTED', 'it has another certificate'));
    await using both = await share(machine, reopen);
    await machine.server.close();
    await expect.poll(() => both.line.session.ended).toBeDefined();
    await expect(both.view()).rejects.toMatchObject({
      code: 'CONNECTION_REFUSED_BY_SERVER',
      message: expect.stringContaining('it has another certificate'),
    });
  });
});

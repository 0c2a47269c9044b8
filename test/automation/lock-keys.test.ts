import { describe, expect, test } from 'vitest';
import { Keyboard, type KeyboardOptions } from '../../src/automation/keyboard.ts';
import type { LedState } from '../../src/rfb/protocol/pseudo-encodings/pseudo-encoding.ts';
import { FakeClock, FakeKeyboardServer } from './fake-input.ts';

const CAPS_LOCK = 0xffe5;
const NUM_LOCK = 0xff7f;
const OFF: LedState = { capsLock: false, numLock: false, scrollLock: false };

/** A guest whose lock keys have lights, and turn them when their key goes down. */
class LockingServer extends FakeKeyboardServer {
  obeys = true;
  /** What was waited for, and what had been sent by then. */
  readonly waits: (readonly [wanted: Partial<LedState>, sent: number])[] = [];

  override async lightsBecome(wanted: Partial<LedState>): Promise<boolean> {
    this.waits.push([wanted, this.sent.length]);
    return this.obeys;
  }

  override async sendKeyEvent(down: boolean, keysym: number): Promise<void> {
    await super.sendKeyEvent(down, keysym);
    const light = { [CAPS_LOCK]: 'capsLock', [NUM_LOCK]: 'numLock' }[keysym] as 'capsLock' | 'numLock' | undefined;
    const { ledState } = this.state;
    if (down && light && this.obeys && ledState) this.state.ledState = { ...ledState, [light]: !ledState[light] };
  }
}

function setUp(lights: Partial<LedState> | undefined, options: KeyboardOptions = {}) {
  const clock = new FakeClock();
  const server = new LockingServer(clock);
  server.state.ledState = lights && { ...OFF, ...lights };
  return { server, keyboard: new Keyboard(server, { clock, ...options }) };
}

const CAPS = '+ffe5 -ffe5';
const NUM = '+ff7f -ff7f';

test.each([
  ['a', `${CAPS} +61 -61`],
  ['1B', `${CAPS} +31 -31 +ffe1 +42 -42 -ffe1`],
  ['ö', `${CAPS} +f6 -f6`],
  ['1!\n', '+31 -31 +ffe1 +21 -21 -ffe1 +ff0d -ff0d'],
])('Caps Lock is switched off before letters: %j', async (text, wanted) => {
  const { server, keyboard } = setUp({ capsLock: true });
  await keyboard.type(text);
  expect(server.script).toBe(wanted);
});

test('the lights are waited for before the text, and the next text needs no key', async () => {
  const { server, keyboard } = setUp({ capsLock: true });
  await keyboard.type('a');
  expect(server.waits).toEqual([[{ capsLock: false }, 2]]);
  await keyboard.type('b');
  expect(server.script).toBe(`${CAPS} +61 -61 +62 -62`);
  expect(server.waits.length).toBe(1);
});

test('lights that do not turn are no proof: SeaBIOS turns them with the next key', async () => {
  const { server, keyboard } = setUp({ capsLock: true });
  server.obeys = false;
  await keyboard.type('a');
  expect(server.script).toBe(`${CAPS} +61 -61`);
});

test.each([
  ['a', `${CAPS} +61 -61`],
  ['shift+a', `${CAPS} +ffe1 +41 -41 -ffe1`],
  ['ctrl+c', '+ffe3 +63 -63 -ffe3'],
  ['f8', '+ffc5 -ffc5'],
  ['capslock', CAPS],
])('of chords, only those that are letters mind it: %s', async (chord, wanted) => {
  const { server, keyboard } = setUp({ capsLock: true });
  await keyboard.press(chord);
  expect(server.script).toBe(wanted);
});

test.each([
  ['kp_5', {}, `${NUM} +ffb5 -ffb5`],
  ['kp_5', { numLock: true }, '+ffb5 -ffb5'],
  ['kp_home', { numLock: true }, `${NUM} +ff95 -ff95`],
  ['kp_home', {}, '+ff95 -ff95'],
  ['kp_enter', {}, '+ff8d -ff8d'],
  ['numlock', { numLock: true }, NUM],
] as const)('Num Lock is what the keypad needs: %s with %j', async (chord, lights, wanted) => {
  const { server, keyboard } = setUp(lights);
  await keyboard.press(chord);
  expect(server.script).toBe(wanted);
});

test('keys of the keypad that need different things leave it alone', async () => {
  const { server, keyboard } = setUp({});
  await keyboard.press(['kp_5', 'kp_home']);
  expect(server.script).toBe('+ffb5 -ffb5 +ff95 -ff95');
});

describe('left alone', () => {
  test.each([
    ['off', {}, {}],
    ['never told', undefined, {}],
    ['ignored', { capsLock: true }, { lockKeys: 'ignore' }],
  ] as const)('%s', async (_why, lights, options) => {
    const { server, keyboard } = setUp(lights, options);
    await keyboard.type('a');
    expect(server.script).toBe('+61 -61');
  });

  test('while keys are held: their chord would be another', async () => {
    const { server, keyboard } = setUp({ capsLock: true });
    await keyboard.down('ctrl');
    await keyboard.type('a');
    expect(server.script).toBe('+ffe3 +61 -61');
  });
});

test('lights that are still on their way are waited for', async () => {
  const { server, keyboard } = setUp(undefined);
  server.onExtensionsKnown = () => {
    server.state.ledState = { ...OFF, capsLock: true };
  };
  await keyboard.type('a');
  expect(server.script).toBe(`${CAPS} +61 -61`);
});

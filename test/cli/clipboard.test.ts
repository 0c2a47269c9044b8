import { expect, test } from 'vitest';
import { Display } from '../../src/server/display.ts';
import { serve } from '../../src/server/listen.ts';
import type { Scene } from '../../src/server/scenes/scene.ts';
import { fail, rfbctl, succeed } from './support/rfbctl.ts';

const TEXT = 'zażółć\n☃';

/** A machine whose clipboard is what was pasted, in capitals; F8 copies something. */
function machine(extensions?: ReadonlySet<string>): Scene {
  const display = new Display(8, 8);
  return {
    ...{ name: 'machine', display, ...(extensions && { extensions }) },
    onCutText: (text) => display.cutText(text.toUpperCase()),
    onKey: ({ down }) => down && display.cutText('copied by a key'),
  };
}

test('paste and clipboard carry every character, from an argument and from standard input', async () => {
  await using server = await serve({ scene: machine() });
  await succeed(['paste', server.address, TEXT]);
  expect(await succeed(['clipboard', server.address])).toBe(`${TEXT.toUpperCase()}\n`);
  const pasted = await succeed(['paste', server.address, '--json'], { input: 'line\n' });
  expect(JSON.parse(pasted)).toEqual({ pasted: 5 });
  expect(await succeed(['clipboard', server.address])).toBe('LINE\n');
  expect(JSON.parse(await succeed(['clipboard', server.address, '--json']))).toEqual({ text: 'LINE\n' });
});

test('paste --press presses afterwards; clipboard --wait waits for it', async () => {
  await using server = await serve({ scene: machine() });
  const waiting = succeed(['clipboard', server.address, '--wait'], { withinMs: 30_000 });
  // Whoever waits may come too late for the first: again until it has heard.
  const until = waiting.then(() => true);
  for (let heard = false; !heard; ) {
    await succeed(['paste', server.address, 'x', '--press', 'f8', '--stay', '0.1']);
    heard = await Promise.race([until, new Promise<false>((resolve) => setTimeout(resolve, 100, false))]);
  }
  expect(await waiting).toMatch(/^(X|copied by a key)\n$/);
});

test('what cannot be had says so', async () => {
  await using old = await serve({ scene: machine(new Set(['fence'])) });
  const unsupported = { exitCode: 20, code: 'UNSUPPORTED_BY_SERVER' };
  await fail(['paste', old.address, TEXT], { ...unsupported, line: /character 3 of the text is not in Latin-1/ });
  await fail(['clipboard', old.address], { ...unsupported, line: /cannot be asked for its clipboard/ });
  await fail(['clipboard', 'demo:'], { exitCode: 30, code: 'ACTION_FAILED', line: /told of no text/ });
  await fail(['paste', 'demo:', 'x', '--press', 'f99'], { exitCode: 2, code: 'BAD_KEY', line: /f99/ });
  const { exitCode } = await rfbctl(['paste', old.address, 'Straße']);
  expect(exitCode).toBe(0);
});

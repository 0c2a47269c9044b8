import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PNG } from 'pngjs';
import { expect, onTestFinished, test } from 'vitest';
import { eventsOf, eventsOfType, everythingIn } from '../support/read-trace.ts';
import { scratchFolder } from '../support/scratch.ts';
import { cli, describeWith, difference, type Picture, qemu, x11vnc, xtigervnc, xtightvnc } from './rig/index.ts';

// A trace follows the screen beside what else is done: real servers must take that, and lose neither pixels nor keys by it.

const scratch = scratchFolder('evidence');

/** The last picture of a trace. */
function lastPicture(folder: string): Picture {
  const { data, width, height } = PNG.sync.read(
    readFileSync(path.join(folder, eventsOfType(folder, 'screen').at(-1)?.file ?? '')),
  );
  return { width, height, rgba: data };
}

for (const [name, start] of [
  ['xtigervnc', xtigervnc],
  ['xtightvnc', xtightvnc],
  ['x11vnc', x11vnc],
] as const) {
  describeWith([name], name, () => {
    test('the trace of a wait has every screen that it saw, the last one exactly', async () => {
      const server = await start({ geometry: '320x200', depth: 24 });
      onTestFinished(() => server.stop());
      const folder = path.join(scratch, name);
      const waiting = cli('wait', server.address, '--stable', '1500ms', '--timeout', '30s', '--trace', folder);
      await sleep(1500);
      await server.display.drawTestCard();
      const { exitCode, stderr } = await waiting;
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(eventsOfType(folder, 'screen').length).toBeGreaterThan(1);
      expect(eventsOf(folder).at(-1)).toMatchObject({ type: 'end', exitCode: 0 });
      expect(difference(lastPicture(folder), await server.display.truth())).toBeUndefined();
    });
  });
}

describeWith(['qemu'], 'QEMU', () => {
  test('typing is traced without a character, and loses none', async () => {
    const vm = await qemu();
    onTestFinished(() => vm.stop());
    const folder = path.join(scratch, 'qemu');
    const text = 'The quick brown fox, 42 times & more!';
    const { exitCode, stderr } = await cli('type', vm.address, text, '--trace', folder);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(await vm.typed()).toBe(text);
    expect(eventsOfType(folder, 'typing')).toEqual([expect.objectContaining({ characters: text.length })]);
    expect(everythingIn(folder)).not.toContain('quick');
    expect(eventsOfType(folder, 'screen').length).toBeGreaterThan(1);
    expect(eventsOf(folder).at(-1)).toMatchObject({ type: 'end', outcome: 'done' });
  });
});

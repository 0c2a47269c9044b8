import { expect, test } from 'vitest';
import { parseBootCommand } from '../../src/automation/boot-command/parser.ts';
import { runSteps } from '../../src/automation/boot-command/runner.ts';
import { connect } from '../../src/automation/console.ts';
import { describeWith, LINUX_PROMPT, qemu } from './rig/index.ts';

describeWith(['linuxGuest'], 'boot commands on a Linux guest', () => {
  test('wait for its text, type, read it back, ten times in a row', async () => {
    await using server = await qemu({ guest: 'linux' });
    const line = (round: number) => `round ${round}: The quick brown fox; ~!@#$%^&*()_+ <tag> "x" 'y' 1/2`;
    let typed = '';
    for (let round = 1; round <= 10; round++) {
      await using vm = await connect(server.address);
      const first = round === 1 ? `<wait-text "${LINUX_PROMPT}" 30s>` : '';
      // The guest takes keys raw: Enter is the beginning of the line, ctrl+j the next line.
      const script = `${first}<enter>\${line}<wait-text /^round ${round}: .*2$/m 30s><ctrl+j>`;
      await runSteps(vm, parseBootCommand(script, { variables: { line: line(round) } }));
      const { lines } = await vm.screen.text();
      expect(lines).toContain(line(round));
      typed += `\r${line(round)}\n`;
      await expect.poll(() => server.typed(), { timeout: 10_000 }).toBe(typed);
    }
  });

  test('a wait in vain says what stands there', async () => {
    await using server = await qemu({ guest: 'linux' });
    await using vm = await connect(server.address);
    const steps = parseBootCommand('abc<wait-text "abc" 30s>\n<wait-text "panic" 500ms>');
    await expect(runSteps(vm, steps)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      message: expect.stringMatching(/^step 3 \(line 2, column 1\), .*the text ends with ".*abc"/),
    });
  });
});

import { runSteps, type ScriptedConsole } from '../../../src/automation/boot-command/runner.ts';
import type { Step } from '../../../src/automation/boot-command/step.ts';
import { Keyboard } from '../../../src/automation/keyboard.ts';
import { FakeClock, FakeKeyboardServer } from '../fake-input.ts';

/** What a script does to a keyboard: `+61 -61 ~1000`, keys that go down and come up and pauses in milliseconds. */
export async function eventsOf(steps: readonly Step[]): Promise<string> {
  const events: string[] = [];
  const clock = new FakeClock();
  const server = new FakeKeyboardServer(clock);
  server.onEvent = (index) => {
    const { down, keysym } = server.sent[index] ?? { down: false, keysym: 0 };
    events.push(`${down ? '+' : '-'}${keysym.toString(16)}`);
  };
  const pauses = {
    now: () => clock.now(),
    async sleep(ms: number) {
      events.push(`~${Number(ms.toFixed(6))}`);
    },
  };
  const keyboard = new Keyboard(server, { clock });
  await runSteps({ keyboard } as unknown as ScriptedConsole, steps, { clock: pauses, rate: 1000 });
  return events.join(' ');
}

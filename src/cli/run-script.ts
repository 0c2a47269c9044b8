import { describePlace, everyStep, runSteps, type Step, type StepDone } from '../automation/boot-command/index.ts';
import type { RunStepsOptions } from '../automation/boot-command/runner.ts';
import { systemClock } from '../automation/pace.ts';
import { printJson } from './output.ts';
import { assertWritable, writeOutput } from './output-file.ts';
import { ProgressLine } from './progress-line.ts';
import { type Task, withConsole } from './with-console.ts';

export interface ScriptTask extends Task {
  readonly steps: readonly Step[];
  readonly options: Omit<RunStepsOptions, 'signal' | 'onBegin' | 'onStep' | 'saveFile'>;
  /** Before the first step. */
  readonly bootWaitMs?: number;
  readonly json: boolean | undefined;
  readonly quiet: boolean | undefined;
}

/** Does the steps of a script: on a terminal it says which, with `--json` it tells of each. */
export async function runScript(task: ScriptTask): Promise<void> {
  const { steps, options, bootWaitMs = 0, json } = task;
  for (const step of everyStep(steps)) if (step.action === 'screenshot') await assertWritable(step.file, 'file');
  const progress = new ProgressLine(!json && !task.quiet);
  const lines = new JsonLines(json ?? false);
  try {
    await withConsole(task, async (console, signal) => {
      if (bootWaitMs > 0) await systemClock.sleep(bootWaitMs, signal);
      const report = await runSteps(console, steps, {
        ...options,
        signal,
        saveFile: (file, bytes) => writeOutput(file, bytes, 'file'),
        onBegin: (step, number) => progress.show(`step ${number}, ${describePlace(step.place)}: ${step.source}`),
        onStep: (done) => lines.print(stepDocument(done)),
      });
      lines.print(report);
      await lines.printed();
    });
  } finally {
    progress.clear();
    // What failed is told behind the steps that did not.
    await lines.printed().catch(() => {});
  }
}

function stepDocument({ step, number, milliseconds, seen }: StepDone) {
  const { action, place, source } = step;
  return { step: number, ...place, action, source, milliseconds, seen };
}

/** In the order of the calls. */
class JsonLines {
  readonly #wanted: boolean;
  #last: Promise<void> = Promise.resolve();

  constructor(wanted: boolean) {
    this.#wanted = wanted;
  }

  print(document: unknown): void {
    if (!this.#wanted) return;
    this.#last = this.#last.then(() => printJson(document));
    this.#last.catch(() => {});
  }

  async printed(): Promise<void> {
    await this.#last;
  }
}

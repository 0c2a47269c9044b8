import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'vitest';
import { type ConnectOptions, type Console, connect } from '../automation/console.ts';
import { Trace } from '../automation/trace/trace.ts';
import { readPictures, readTrace } from '../report/read-trace.ts';
import { renderPage } from '../report/render-page.ts';
import { evidenceFolder, withFiles } from './evidence.ts';

/** Connects as `connect` does; the console is closed when the test is over. */
export type OpenConsole = (address: string, options?: Omit<ConnectOptions, 'trace'>) => Promise<Console>;

export interface ConsoleFixtures {
  readonly openConsole: OpenConsole;
}

/**
 * `test` with consoles: `openConsole` opens any number of them, which are closed after the test, whatever happens. When it
 * fails, a trace and its report stay in `test-results/`.
 */
export const consoleTest = test.extend<ConsoleFixtures>({
  openConsole: async ({ task, signal }, use) => {
    const record = await TestRecord.begin(task);
    await use((address, options) => record.open(address, { signal, ...options }));
    await record.end();
  },
});

/** The consoles of one test, and the trace of all of them. */
class TestRecord {
  readonly #task: TestContext['task'];
  readonly #folder: string;
  readonly #trace: Trace;
  readonly #consoles: Console[] = [];

  static async begin(task: TestContext['task']): Promise<TestRecord> {
    const folder = await mkdtemp(path.join(tmpdir(), 'rfbctl-vitest-'));
    const trace = await Trace.create(path.join(folder, 'trace'), { task: task.name, program: 'rfbctl/vitest' });
    return new TestRecord(task, folder, trace);
  }

  private constructor(task: TestContext['task'], folder: string, trace: Trace) {
    this.#task = task;
    this.#folder = folder;
    this.#trace = trace;
  }

  async open(address: string, options: ConnectOptions): Promise<Console> {
    const vm = await connect(address, { ...options, trace: this.#trace });
    this.#consoles.push(vm);
    return vm;
  }

  /** Closes all; a test that failed says where to look. */
  async end(): Promise<void> {
    try {
      await Promise.allSettled(this.#consoles.map((vm) => vm.close()));
      const { errors = [], state } = this.#task.result ?? {};
      const failed = state === 'fail' || errors.length > 0;
      for (const error of errors) this.#trace.failed(Object.assign(new Error(error.message), { name: error.name }));
      await this.#trace.close({ outcome: failed ? 'failed' : 'done' });
      if (!failed) return;
      const report = await this.#keep();
      // By now Vitest takes no annotation of the test any more.
      const [first] = errors;
      if (first) first.message = withFiles(first.message, [['report', report]]);
    } finally {
      await rm(this.#folder, { recursive: true, force: true });
    }
  }

  async #keep(): Promise<string> {
    const folder = path.join(evidenceFolder(this.#task.file.filepath, fullName(this.#task)), 'trace');
    await rm(folder, { recursive: true, force: true });
    await mkdir(path.dirname(folder), { recursive: true });
    await cp(this.#trace.path, folder, { recursive: true });
    const trace = { ...(await readTrace(folder)), name: folder };
    const page = renderPage({ program: 'rfbctl/vitest', traces: [trace], pictures: await readPictures(folder, trace) });
    const file = `${folder}.html`;
    await writeFile(file, page);
    return file;
  }
}

/** As `currentTestName` has it. */
function fullName(task: TestContext['task']): string {
  const names = [task.name];
  for (let suite = task.suite; suite; suite = suite.suite) names.unshift(suite.name);
  return names.join(' > ');
}

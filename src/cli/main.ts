#!/usr/bin/env node
import { CommanderError } from 'commander';
import { describeError, errorDocument } from './error-report.ts';
import { EXIT, exitCodeOf, Interrupted, STOP_SIGNALS } from './exit-codes.ts';
import { KEEPER } from './kept/keeper-messages.ts';
import { printJson } from './output.ts';
import { createProgram } from './program.ts';

/** How long a stopped command may take to release keys and close before the process ends regardless. */
const GRACE_MS = 4000;

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const [signal, exitCode] of Object.entries(STOP_SIGNALS)) {
    process.on(signal, () => {
      interruption.abort(new Interrupted(signal as keyof typeof STOP_SIGNALS));
      setTimeout(() => process.exit(exitCode), GRACE_MS).unref();
    });
  }
  // Whoever writes is told by its callback, without a listener the process would end with a stack trace.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  if (argv[2] === KEEPER && process.send) return await (await import('./kept/keeper.ts')).keep(interruption.signal);
  try {
    let exitCode: number = EXIT.done;
    const succeedWith = (code: number) => {
      exitCode = code;
    };
    await createProgram({ interrupted: interruption.signal, succeedWith }).parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.done;
    return await report(interruption.signal.aborted ? interruption.signal.reason : error, optionsOf(argv));
  }
}

/** What begins behind `--` is no option. */
function optionsOf(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

async function report(error: unknown, options: readonly string[]): Promise<number> {
  const exitCode = exitCodeOf(error);
  process.stderr.write(`rfbctl: ${describeError(error)}\n`);
  const verbose = options.some((option) => /^-v+$|^--verbose$/.test(option));
  if (exitCode === EXIT.unexpected && verbose && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (options.includes('--json')) await printJson(errorDocument(error)).catch(() => {});
  return exitCode;
}

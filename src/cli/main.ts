#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { commands } from './commands/index.ts';
import { EXIT, errorDocument, exitCodeOf } from './exit-codes.ts';
import { printJson } from './output.ts';
import { VERSION } from './version.ts';

/** How long a stopped command may take to release keys and close before the process ends regardless. */
const GRACE_MS = 2000;

class Interrupted extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals, exitCode: number) {
    super(`stopped by ${signal}`);
    this.name = 'Interrupted';
    this.exitCode = exitCode;
  }
}

process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<number> {
  const interruption = new AbortController();
  for (const [signal, exitCode] of [
    ['SIGINT', EXIT.interrupted],
    ['SIGTERM', EXIT.terminated],
    ['SIGHUP', EXIT.hungUp],
  ] as const) {
    process.on(signal, () => {
      interruption.abort(new Interrupted(signal, exitCode));
      setTimeout(() => process.exit(exitCode), GRACE_MS).unref();
    });
  }
  // A reader that goes away (`| head`) ends the output, not the program with a stack trace.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.action);
  });
  const program = createProgram(interruption.signal);
  try {
    await program.parseAsync(argv);
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const failure = interruption.signal.aborted ? interruption.signal.reason : error;
    return report(failure, argv.includes('--json'));
  }
}

function createProgram(interrupted: AbortSignal): Command {
  const program = new Command('rfbctl')
    .description('See, type into and test every RFB (VNC) console.')
    .version(VERSION, '--version')
    .exitOverride()
    .showHelpAfterError('(see rfbctl help)');
  for (const plug of commands) plug(program, { interrupted });
  for (const command of program.commands)
    command.exitOverride().showHelpAfterError(`(see rfbctl help ${command.name()})`);
  return program;
}

function report(error: unknown, json: boolean): number {
  const exitCode = error instanceof Interrupted ? error.exitCode : exitCodeOf(error);
  if (json) printJson(errorDocument(error));
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`rfbctl: ${message.replace(/\s*\n\s*/g, ' ')}\n`);
  if (exitCode === EXIT.unexpected && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCode;
}

import type { Command } from 'commander';

/** A command: one file, one line in index.ts. */
export type CommandPlug = (program: Command, context: CommandContext) => void;

export interface CommandContext {
  /** Aborted by Ctrl-C and by being told to stop. */
  readonly interrupted: AbortSignal;
  /** What the program exits with when the command has done its work; by default 0. */
  succeedWith(exitCode: number): void;
}

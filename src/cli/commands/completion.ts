import { Argument, type Command } from 'commander';
import { bash, zsh } from '../completion/bash.ts';
import { fish } from '../completion/fish.ts';
import { commandWords } from '../completion/words.ts';
import { print, printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

const SHELLS = { bash, zsh, fish } as const;

export const completion: CommandPlug = (program: Command) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .summary('print a completion script for bash, zsh or fish')
    .description('Print a script that lets the shell complete commands, options and their values.')
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  source <(rfbctl completion bash)
  source <(rfbctl completion zsh)
  rfbctl completion fish > ~/.config/fish/completions/rfbctl.fish`,
    )
    .action(async (shell: keyof typeof SHELLS, flags: { readonly json?: boolean }) => {
      const script = SHELLS[shell](commandWords(program));
      if (flags.json) await printJson({ shell, script });
      else await print(script);
    });
};

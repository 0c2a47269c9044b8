import { Argument, type Command } from 'commander';
import { print, printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

export const completion: CommandPlug = (program: Command) => {
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(SHELLS))
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
    .action(async (shell: Shell, flags: { readonly json?: boolean }) => {
      const script = await scriptFor(shell, program);
      if (flags.json) await printJson({ shell, script });
      else await print(script);
    });
};

/** Nothing of this is needed to start any other command. */
async function scriptFor(shell: Shell, program: Command): Promise<string> {
  const { commandWords } = await import('../completion/words.ts');
  const words = commandWords(program);
  if (shell === 'fish') return (await import('../completion/fish.ts')).fish(words);
  const { bash, zsh } = await import('../completion/bash.ts');
  return shell === 'zsh' ? zsh(words) : bash(words);
}

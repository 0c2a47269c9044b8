import type { Command } from 'commander';
import { UsageError } from '../../rfb/errors.ts';
import { print } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

const SHELLS: Readonly<Record<string, (program: Command) => string>> = { bash, zsh, fish };

export const completion: CommandPlug = (program) => {
  program
    .command('completion <shell>')
    .description(`print a completion script: ${Object.keys(SHELLS).join(', ')}`)
    .addHelpText(
      'after',
      `
Examples:
  source <(rfbctl completion bash)
  rfbctl completion fish > ~/.config/fish/completions/rfbctl.fish`,
    )
    .action((shell: string) => {
      const script = SHELLS[shell];
      if (!script)
        throw new UsageError('BAD_OPTION', `no completion for "${shell}"; there is ${Object.keys(SHELLS).join(', ')}`);
      print(script(program));
    });
};

function options(command: Command): string[] {
  return command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));
}

function bash(program: Command): string {
  const cases = program.commands.map(
    (command) => `    ${command.name()}) words="${options(command).join(' ')} --help" ;;`,
  );
  return `_rfbctl() {
  local words
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${program.commands.map((command) => command.name()).join(' ')} help --version"; fi
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _rfbctl rfbctl`;
}

function zsh(program: Command): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(program)}`;
}

function fish(program: Command): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  return program.commands
    .flatMap((command) => [
      `complete -c rfbctl -n __fish_use_subcommand -a ${command.name()} -d ${quote(command.description())}`,
      ...command.options.map(
        ({ long, description }) =>
          `complete -c rfbctl -n '__fish_seen_subcommand_from ${command.name()}' -l ${long?.slice(2)} -d ${quote(description)}`,
      ),
    ])
    .join('\n');
}

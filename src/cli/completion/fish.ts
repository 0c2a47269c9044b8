import type { CommandWords } from './words.ts';

export function fish(commands: readonly CommandWords[]): string {
  return commands.flatMap(linesOf).join('\n');
}

function linesOf({ name, summary, options, args }: CommandWords): string[] {
  const here = `complete -c rfbctl -n '__fish_seen_subcommand_from ${name}'`;
  const lines = [`complete -c rfbctl -f -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`];
  for (const { flags, description, takesValue, values, list } of options) {
    const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
    const offered = list ? `(__fish_append , ${values.join(' ')})` : values.join(' ');
    // -r: takes a value, a file's name if nothing else is offered; -x: only what is offered.
    const value = values.length > 0 ? ` -x -a ${quoted(offered)}` : takesValue ? ' -r' : '';
    lines.push(`${here} ${names.join(' ')} -d ${quoted(description)}${value}`);
  }
  const words = args.flat();
  if (words.length > 0) lines.push(`${here} -a ${quoted(words.join(' '))}`);
  return lines;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

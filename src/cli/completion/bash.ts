import type { CommandWords, OptionWords } from './words.ts';
import { sceneNames } from './words.ts';

/** For bash, and for zsh by its bashcompinit. */
export function bash(commands: readonly CommandWords[]): string {
  return `_rfbctl() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" before="" words="" list="" head=""
  [ "$COMP_CWORD" -ge 2 ] && before="\${COMP_WORDS[COMP_CWORD-2]}"
  COMPREPLY=()
  # bash makes words of their own of = and :, zsh does not
  if [ "$current" = "=" ]; then current=""
  elif [ "$previous" = "=" ]; then previous="$before"
  elif [[ "$current" == --*=* ]]; then previous="\${current%%=*}" head="\${current%%=*}=" current="\${current#*=}"
  elif [ "$current" = ":" ] && [ "$previous" = demo ]; then
    COMPREPLY=($(compgen -W "${sceneNames.join(' ')}"))
    return
  elif [ "$previous" = ":" ] && [ "$before" = demo ]; then
    COMPREPLY=($(compgen -W "${sceneNames.join(' ')}" -- "$current"))
    return
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} $previous" in
${commands.flatMap((command) => command.options.filter(({ takesValue }) => takesValue).map((option) => valueCase(command, option))).join('\n')}
  esac
  if [ -n "$list" ]; then
    case "$current" in *,*) head="$head\${current%,*},"; current="\${current##*,}" ;; esac
    COMPREPLY=($(compgen -P "$head" -W "$list" -- "$current"))
    return
  fi
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -P "$head" -W "$words" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]} $current" in
${commands.map(({ name, options }) => `    "${name} -"*) words="${options.flatMap(({ flags }) => flags).join(' ')}" ;;`).join('\n')}
    *)
      case "\${COMP_WORDS[1]} $COMP_CWORD" in
${commands
  .flatMap(({ name, args }) => args.map((values, i) => ({ name, values, word: i + 2 })))
  .filter(({ values }) => values.length > 0)
  .map(({ name, values, word }) => `        "${name} ${word}") words="${values.join(' ')}" ;;`)
  .join('\n')}
      esac ;;
  esac
  [ -n "$words" ] && COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _rfbctl rfbctl`;
}

export function zsh(commands: readonly CommandWords[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
}

/** A value without names to offer is a file's, or nobody knows: both are left to the shell. */
function valueCase({ name }: CommandWords, { flags, values, list }: OptionWords): string {
  const patterns = flags.map((flag) => `"${name} ${flag}"`).join(' | ');
  if (values.length === 0) return `    ${patterns}) return ;;`;
  return `    ${patterns}) ${list ? 'list' : 'words'}="${values.join(' ')}" ;;`;
}

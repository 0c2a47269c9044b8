import type { Command, Option } from 'commander';
import { scenes } from '../../server/scenes/index.ts';
import { ChoiceOption } from '../choice-option.ts';

/** What a shell can offer of the program: from the program itself, so that nothing is written twice. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** By position; empty where anything goes. */
  readonly args: readonly (readonly string[])[];
}

export interface OptionWords {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  readonly values: readonly string[];
  /** Whether several values may be given, separated by commas. */
  readonly list: boolean;
}

export const sceneNames: readonly string[] = scenes.map(({ name }) => name);

export function commandWords(program: Command): CommandWords[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary() || command.description(),
    options: [...command.options.map(optionWords), HELP],
    args: command.registeredArguments.map((argument) =>
      argument.name() === 'target' ? sceneNames.map((scene) => `demo:${scene}`) : (argument.argChoices ?? []),
    ),
  }));
  const names = commands.map(({ name }) => name);
  return [...commands, { name: 'help', summary: 'what a command does', options: [], args: [names] }];
}

function optionWords(option: Option): OptionWords {
  const choice = option instanceof ChoiceOption ? option : undefined;
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: choice?.summary ?? option.description,
    takesValue: option.required || option.optional,
    values: choice?.values ?? [],
    list: choice?.list ?? false,
  };
}

const HELP: OptionWords = { flags: ['--help'], description: 'print help', takesValue: false, values: [], list: false };

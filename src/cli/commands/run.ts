import type { LintReport, Step } from '../../automation/boot-command/index.ts';
import { parseDuration } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { warn } from '../output.ts';
import {
  addScriptOptions,
  dialectOf,
  readScript,
  type Script,
  type ScriptFlags,
  scriptTiming,
  scriptVariables,
} from '../script-options.ts';
import { readSettings } from '../settings.ts';
import { addTextOptions, type TextFlags } from '../text-options.ts';
import { DEFAULT_TIMEOUT_MS } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, ScriptFlags, TextFlags {
  readonly bootWait?: number;
}

export const run: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addTextOptions(
      addScriptOptions(
        program
          .command('run <target> [script]')
          .summary('run a boot command: type, wait for what the screen shows, click')
          .description(
            'Run a boot command (packer’s language, and more: docs/boot-command.md) or steps as YAML or JSON, from a file or, with -, from standard input.',
          )
          .option('--boot-wait <duration>', 'wait so long before the first step', parseDuration),
      ),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl run demo: -c 'root<enter><wait-text "Password:">secret<enter><wait-text /[$#] $/m><screenshot in.png>'
  rfbctl run 192.0.2.7:1 install.boot --var HTTPIP=192.0.2.1 --secret-var password=env:ROOT_PASSWORD
  rfbctl run unix:/run/vm.sock steps.yaml --json
  rfbctl run 192.0.2.7:1 -c '<enter until "Setup" every 1s for 30s>'`,
    )
    .action(async (target: string, given: string | undefined, flags: Flags) => {
      const timing = scriptTiming(flags);
      const settings = await readSettings(target, flags);
      const script = await readScript(given, flags, async () =>
        (await import('../input.ts')).stdinText(
          'the script',
          flags,
          settings.timeoutMs ?? DEFAULT_TIMEOUT_MS,
          interrupted,
        ),
      );
      const { estimate } = await import('../../automation/boot-command/index.ts');
      const { steps, lint } = await read(script, flags);
      if (!flags.quiet) for (const text of warnings(lint)) warn(text);
      const { bootWait = 0 } = flags;
      const { runScript } = await import('../run-script.ts');
      await runScript({
        settings,
        interrupted,
        doing: 'the script',
        plannedMs: bootWait + estimate(steps, timing).mostMs,
        steps,
        options: timing,
        bootWaitMs: bootWait,
        json: flags.json,
        quiet: flags.quiet,
      });
    });
};

async function read(
  { text, name, document }: Script,
  flags: Flags,
): Promise<{ readonly steps: readonly Step[]; readonly lint: LintReport }> {
  const scripts = await import('../../automation/boot-command/index.ts');
  const options = { name, variables: await scriptVariables(flags) };
  if (document) {
    return {
      steps: await scripts.parseStepsDocument(text, options),
      lint: await scripts.lintStepsDocument(text, options),
    };
  }
  const dialect = dialectOf(flags);
  return {
    steps: scripts.parseBootCommand(text, { ...options, dialect }),
    lint: scripts.lintBootCommand(text, { ...options, dialect }),
  };
}

function warnings({ findings }: LintReport): string[] {
  return findings
    .filter(({ rule }) => rule === 'literal-tag')
    .map(({ place, message, suggestion }) => {
      const where = place.file === undefined ? `column ${place.column}` : `${place.file}:${place.line}:${place.column}`;
      return `${where}: ${message}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`}`;
    });
}

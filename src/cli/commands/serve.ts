import type { Emulation } from '../../emulators/emulator.ts';
import { emulatorNames, loadEmulator } from '../../emulators/index.ts';
import { UsageError } from '../../rfb/errors.ts';
import { scenes } from '../../server/scenes/index.ts';
import { parseListen } from '../arguments.ts';
import { ChoiceOption } from '../choice-option.ts';
import { print, printJson } from '../output.ts';
import { quoted } from '../shell-quoting.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags {
  readonly scene?: string;
  readonly emulate?: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly json?: boolean;
}

const SCENES = { what: 'scene', values: scenes.map(({ name }) => name) };
const EMULATORS = { what: 'emulator', values: emulatorNames };
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

export const serve: CommandPlug = (program, { interrupted }) => {
  program
    .command('serve')
    .summary('a console to try things on, or the API of a provider with some')
    .description(
      'Serve a console to try scripts and viewers on, until it is stopped; or, with --emulate, the API of a provider with machines behind it, as strict as the provider is. Prints where it is.',
    )
    .addOption(new ChoiceOption('--scene <name>', 'what the console shows', SCENES))
    .addOption(new ChoiceOption('--emulate <name>', 'the API of a provider, for this machine alone', EMULATORS))
    .option('--listen <host:port>', 'where to listen', parseListen, { host: '127.0.0.1', port: 0 })
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl serve --scene desktop --listen 127.0.0.1:5901
  rfbctl serve --emulate proxmox`,
    )
    .action(async (flags: Flags) => {
      await using served = await start(flags);
      const { address, variables = {}, options = [], consoles = [], terminals = [] } = served;
      if (flags.json) await printJson({ address, variables, options, consoles, terminals });
      else for (const line of linesOf(served)) await print(line);
      await new Promise((resolve) => interrupted.addEventListener('abort', resolve));
      interrupted.throwIfAborted();
    });
};

type Served = Pick<Emulation, 'address'> & Partial<Emulation> & AsyncDisposable;

async function start({ scene, emulate, listen }: Flags): Promise<Served> {
  if (emulate === undefined) return await (await import('../../server/listen.ts')).serve({ scene, ...listen });
  if (scene !== undefined) throw new UsageError('BAD_OPTION', '--emulate has scenes of its own: leave --scene out');
  if (!LOOPBACK.includes(listen.host)) {
    const why = 'an emulator serves this machine alone, a shell may stand behind it';
    throw new UsageError('BAD_OPTION', `--listen ${listen.host}: ${why}; wanted one of ${LOOPBACK.join(', ')}`);
  }
  return await (await loadEmulator(emulate)).start(listen);
}

/** For a person to copy: where it is, and how to get in. */
function* linesOf({ address, variables = {}, options = [], consoles, terminals = [] }: Served): Generator<string> {
  if (consoles === undefined) return yield address;
  for (const [name, value] of Object.entries(variables)) yield `export ${name}=${quoted(value)}`;
  const further = options.map((option) => ` ${quoted(option)}`).join('');
  yield `rfbctl list ${quoted(address)}${further}`;
  for (const console of consoles) yield `rfbctl screenshot ${quoted(console)}${further}`;
  for (const terminal of terminals) yield `rfbctl term ${quoted(terminal)}${further}`;
}

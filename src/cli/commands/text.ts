import path from 'node:path';
import type { Console } from '../../automation/console.ts';
import type { TextScreen } from '../../automation/text/text-screen.ts';
import { ActionError } from '../../rfb/errors.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { badOption, parseRegion } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { print, printJson, warn } from '../output.ts';
import { assertWritable, writeOutput } from '../output-file.ts';
import { readText } from '../script-options.ts';
import { readSettings, type Settings } from '../settings.ts';
import { addTextOptions, type TextFlags } from '../text-options.ts';
import { DEFAULT_TIMEOUT_MS, withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags, TextFlags {
  readonly region?: Rect;
  readonly learn?: string;
  readonly shows?: string;
}

/** Below this share of known letters, what was read is no text but a picture that looks like some here and there. */
const LEAST_SHARE = 0.5;

/** So many cells that are no letters are named. */
const CELLS_SHOWN = 3;

export const text: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    addTextOptions(
      program
        .command('text <target>')
        .summary('the characters on a text-mode screen, exactly')
        .description(
          'Print the characters on a text-mode screen: firmware, boot loaders, text consoles, terminals in fixed fonts. Each cell is compared with the glyphs of known fonts; what is none of them is printed as \ufffd.',
        )
        .option('--region <X,Y,WxH>', 'only this part of the screen', parseRegion)
        .option('--learn <file>', 'learn the font of a screen whose text is known, into a file for --font')
        .option('--shows <file>', 'with --learn: the lines that the screen shows (default: standard input)'),
    ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl text demo:
  rfbctl text unix:/run/vm.sock | grep login:
  rfbctl text 192.0.2.7:1 --json | jq -r '.lines[0]'
  rfbctl text 192.0.2.7:1 --font /usr/share/consolefonts/Lat2-Terminus16.psf.gz
  ssh root@guest cat /dev/vcs1 | fold -w 80 | rfbctl text 192.0.2.7:1 --learn guest.bdf
  rfbctl text 192.0.2.7:1 --font guest.bdf
  rfbctl text demo:desktop --ocr`,
    )
    .action(async (target: string, flags: Flags) => {
      const { learn, shows } = flags;
      if (shows !== undefined && learn === undefined) throw badOption('--shows is for --learn, which is missing');
      if (learn !== undefined && (flags.ocr || flags.font)) throw badOption('--learn takes neither --ocr nor --font');
      if (learn !== undefined) await assertWritable(learn, '--learn');
      const settings = await readSettings(target, flags);
      const known = learn === undefined ? '' : await knownText(flags, settings, interrupted);
      await withConsole({ settings, interrupted, doing: 'reading the screen' }, async (console, signal) => {
        if (learn !== undefined) await learnFrom(console, learn, known, flags, signal);
        else if (flags.ocr) await recognise(console, flags, signal);
        else await read(console, settings.name, flags, signal);
      });
    });
};

async function read(
  console: Console,
  name: string,
  { region, json, quiet }: Flags,
  signal: AbortSignal,
): Promise<void> {
  const screen = await console.screen.text({ region, signal, timeoutMs: Number.POSITIVE_INFINITY });
  const { grid, lines, recognised, unknown } = screen;
  if (recognised < LEAST_SHARE) {
    const share = `${Math.floor(recognised * 100)} % of what is on it looks like letters of a known font`;
    const remedy = '--region may leave the pictures out, --ocr reads pictures of letters';
    throw new ActionError('ACTION_FAILED', `${name}: the screen shows no text in cells: ${share}; ${remedy}`);
  }
  if (json) await printJson({ ...grid, recognised, unknown, text: screen.text, lines });
  else if (screen.text !== '') await print(screen.text);
  if (!json && !quiet && unknown.length > 0) warn(describeUnknown(screen));
}

function describeUnknown({ unknown, recognised, grid }: TextScreen): string {
  const share = `${Math.floor(recognised * 1000) / 10} % of the letters are known`;
  const cells = unknown.slice(0, CELLS_SHOWN).map(({ row, column }) => `row ${row + 1}, column ${column + 1}`);
  const more = unknown.length > CELLS_SHOWN ? ' …' : '';
  const count = `${unknown.length} cell${unknown.length === 1 ? ' shows' : 's show'} none of ${grid.font}`;
  return `${share}, ${count}: ${cells.join('; ')}${more}; --font reads another, --learn learns one`;
}

async function recognise(console: Console, { region, json }: Flags, signal: AbortSignal): Promise<void> {
  const picture = await console.capture({ region, signal, timeoutMs: Number.POSITIVE_INFINITY });
  const screen = await console.screen.reader.read(picture);
  signal.throwIfAborted();
  const { lines, recognised } = screen;
  if (json)
    await printJson({ recognised, text: screen.text, lines, ...('words' in screen && { words: screen.words }) });
  else if (screen.text !== '') await print(screen.text);
}

async function knownText(flags: Flags, settings: Settings, interrupted: AbortSignal): Promise<string> {
  const { shows } = flags;
  if (shows !== undefined && shows !== '-') return await readText('the text', shows);
  const { stdinText } = await import('../input.ts');
  return await stdinText('the text', flags, settings.timeoutMs ?? DEFAULT_TIMEOUT_MS, interrupted);
}

async function learnFrom(
  console: Console,
  file: string,
  known: string,
  { region, json }: Flags,
  signal: AbortSignal,
): Promise<void> {
  const { learnFont, withGlyphsOf } = await import('../../automation/text/learn-font.ts');
  const { readFont } = await import('../../automation/text/fonts/font-file.ts');
  const { formatBdf } = await import('../../automation/text/fonts/bdf.ts');
  const before = await fontOfFile(file, readFont);
  const picture = await console.capture({ region, signal, timeoutMs: Number.POSITIVE_INFINITY });
  const learnt = learnFont(picture, known, path.basename(file).replace(/\.bdf$/i, ''));
  const font = before ? withGlyphsOf(learnt, before) : learnt;
  await writeOutput(file, Buffer.from(formatBdf(font)), '--learn');
  const { width, height, glyphs } = font;
  const added = glyphs.length - (before?.glyphs.length ?? 0);
  if (json) await printJson({ file, width, height, glyphs: glyphs.length, learnt: added });
  else await print(`${file}: ${glyphs.length} characters in cells of ${width}x${height} pixels, ${added} of them new`);
}

/** What was learnt before; undefined for a file that is empty or not there. */
async function fontOfFile<T>(file: string, readFont: (file: string) => Promise<T>): Promise<T | undefined> {
  const { stat } = await import('node:fs/promises');
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  return size === 0 ? undefined : await readFont(file);
}

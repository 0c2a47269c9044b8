import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { encodePngAside } from '../../automation/image-file.ts';
import { exporters } from '../../recording/export/index.ts';
import { formatByName, openRecording, writableFormats } from '../../recording/formats/index.ts';
import { frames } from '../../recording/frames.ts';
import type { Recording } from '../../recording/recording.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { badOption, parseDuration } from '../arguments.ts';
import { print, printJson, warn } from '../output.ts';
import { assertWritable, writeOutput } from '../output-file.ts';
import { ProgressLine } from '../progress-line.ts';
import { VERSION } from '../version.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags {
  readonly output?: string;
  readonly frames?: string;
  readonly at?: number;
  readonly from?: number;
  readonly to?: number;
  readonly fps?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export const exportCommand: CommandPlug = (program, { interrupted }) => {
  const kinds = [
    ...exporters.map(({ extensions: [first = ''], summary }) => [first, summary]),
    ...writableFormats.map(({ extension, summary }) => [extension, `a recording: ${summary}`]),
  ];
  program
    .command('export <recording>')
    .summary('make pictures, a page, a film of a recording')
    .description('Make something else of a recording: what, the end of the output’s name says.')
    .option('-o, --output <file>', 'what to write')
    .option('--frames <folder>', 'write every frame as a PNG, named by its time in milliseconds')
    .option('--at <time>', 'the moment to show, from the start (pictures; default: the end)', parseDuration)
    .option('--from <time>', 'where to begin', parseDuration)
    .option('--to <time>', 'where to end', parseDuration)
    .option('--fps <number>', 'at most so many frames a second (default: 10)')
    .option('-q, --quiet', 'no warnings')
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Ends of --output:
${kinds.map(([extension = '', summary]) => `  ${extension.padEnd(8)} ${summary}`).join('\n')}

Examples:
  rfbctl export boot.rfbrec -o login.png --at 42s
  rfbctl export boot.rfbrec -o boot.html
  rfbctl export boot.rfbrec -o boot.mp4 --from 10s --to 30s
  rfbctl export boot.rfbrec -o boot.fbs`,
    )
    .action(async (file: string, flags: Flags) => {
      const write = writerFor(flags);
      await using recording = await openRecording(file);
      const progress = new ProgressLine(!flags.quiet && !flags.json);
      const told = await write(recording, {
        signal: interrupted,
        program: `rfbctl ${VERSION}`,
        ...timesOf(flags),
        onProgress: (ms) => {
          const of = recording.durationMs === undefined ? '' : ` of ${describeDuration(recording.durationMs)}`;
          progress.show(`${file}: ${describeDuration(ms)}${of}`);
        },
      }).finally(() => progress.clear());
      if (recording.truncated && !flags.quiet) warn(`${file} ends in the middle: what was there until then was used`);
      if (flags.json) await printJson(told);
      else if (flags.output !== '-') await print(Object.values(told).join(': '));
    });
};

type Options = Parameters<(typeof exporters)[number]['render']>[1];
type Write = (recording: Recording, options: Options) => Promise<Record<string, unknown>>;

function writerFor({ output, frames: folder }: Flags): Write {
  if ((output === undefined) === (folder === undefined)) throw badOption('wanted --output FILE or --frames FOLDER');
  if (folder !== undefined) return (recording, options) => writeFrames(recording, folder, options);
  if (output === undefined) throw badOption('wanted --output FILE');
  const format = formatByName(output);
  if (format) {
    return async (recording) => {
      await format.write(recording, output);
      return { file: output };
    };
  }
  const name = output === '-' ? '.png' : output.toLowerCase();
  const exporter = exporters.find(({ extensions }) => extensions.some((extension) => name.endsWith(extension)));
  if (exporter === undefined) {
    const known = [
      ...exporters.flatMap(({ extensions }) => extensions),
      ...writableFormats.map((each) => each.extension),
    ];
    throw badOption(`--output ${output}: the end of its name is none of ${known.join(' ')}`);
  }
  return async (recording, options) => {
    await assertWritable(output);
    await writeOutput(output, await exporter.render(recording, options));
    return { file: output };
  };
}

async function writeFrames(
  recording: Recording,
  folder: string,
  options: Options,
): Promise<{ folder: string; frames: number }> {
  await mkdir(folder, { recursive: true });
  let count = 0;
  for await (const { ms, picture } of frames(recording, options)) {
    options.signal?.throwIfAborted();
    options.onProgress?.(ms);
    await writeOutput(
      path.join(folder, `${String(Math.round(ms)).padStart(9, '0')}.png`),
      await encodePngAside(picture),
      '--frames',
    );
    count++;
  }
  return { folder, frames: count };
}

function timesOf({ at, from, to, fps }: Flags) {
  if (at !== undefined && to !== undefined) throw badOption('--at and --to: one of them says where to end');
  if (from !== undefined && to !== undefined && to < from) throw badOption('--to is before --from');
  const rate = fps === undefined ? undefined : Number(fps);
  if (rate !== undefined && !(rate > 0 && rate <= 1000))
    throw badOption(`--fps: "${fps}" is no number of frames a second`);
  return { fromMs: from, toMs: at ?? to, ...(rate !== undefined && { intervalMs: 1000 / rate }) };
}

import { encodeImage, imageFormatOf, loadPng } from '../../automation/image-file.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { badOption, parseDuration, parsePoint, parseRegion } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { assertWritable, writeOutput } from '../output-file.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly output: string;
  readonly region?: Rect;
  readonly cursor?: boolean;
  readonly pointer?: { readonly x: number; readonly y: number };
  readonly waitStable?: number;
  readonly nonBlank?: number;
}

export const screenshot: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('screenshot <target>')
      .summary('save what the screen shows')
      .description('Save what the screen shows, complete: every pixel sent after the request.')
      .option('-o, --output <file>', 'PNG, JPEG or PPM by extension; - writes PNG to stdout', 'screenshot.png')
      .option('--region <X,Y,WxH>', 'only this part of the screen', parseRegion)
      .option('--wait-stable <duration>', 'wait until nothing has changed for so long', parseDuration)
      .option(
        '--non-blank <duration>',
        'wait at most so long for a screen that is not all of one colour',
        parseDuration,
      )
      .option(
        '--pointer <X,Y>',
        'move the pointer there first: out of the picture, which TigerVNC paints it into',
        parsePoint,
      )
      .option('--cursor', 'let the server paint the pointer into the picture (most do; QEMU has none to paint)'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl screenshot demo: -o demo.png
  rfbctl screenshot 192.0.2.7:1 --password-file secret -o boot.jpg
  rfbctl screenshot 192.0.2.7:1 --pointer 1023,767
  rfbctl screenshot 192.0.2.7:1 --non-blank 30s --wait-stable 2s
  rfbctl screenshot unix:/run/vm.sock --region 0,0,640x480 -o - | display`,
    )
    .action(async (target: string, flags: Flags) => {
      const toStdout = flags.output === '-';
      if (toStdout && flags.json) throw badOption('standard output cannot hold both the picture and --json');
      if (toStdout && process.stdout.isTTY) throw badOption('a terminal shows no PNG: name a file, or pipe it on');
      const format = toStdout ? 'png' : imageFormatOf(flags.output);
      if (flags.cursor && /^session:/i.test(target)) {
        throw badOption(
          '--cursor: whether a kept session shows the pointer is said when it is opened (rfbctl open --cursor)',
        );
      }
      const settings = await readSettings(target, flags);
      await assertWritable(flags.output);
      const { waitStable = 0, nonBlank = 0 } = flags;
      await withConsole(
        {
          settings,
          interrupted,
          doing: 'the screenshot',
          plannedMs: nonBlank + waitStable,
          cursor: flags.cursor ? 'server' : 'client',
        },
        async (console, signal) => {
          if (flags.pointer) await console.pointer.move(flags.pointer.x, flags.pointer.y, { signal });
          const started = performance.now();
          const capturing = console.capture({
            signal,
            timeoutMs: Number.POSITIVE_INFINITY,
            region: flags.region,
            stableMs: waitStable,
            nonBlankMs: nonBlank,
          });
          if (format === 'png') loadPng();
          const picture = await capturing;
          const milliseconds = Math.round(performance.now() - started);
          await writeOutput(flags.output, await encodeImage(picture, format));
          const { width, height } = picture;
          if (flags.json)
            await printJson({ file: flags.output, format, width, height, fresh: picture.fresh, milliseconds });
          else if (!toStdout) await print(`${flags.output}: ${width}x${height}`);
        },
      );
    });
};

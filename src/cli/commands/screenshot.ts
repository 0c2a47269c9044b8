import { encodeImage, imageFormatOf } from '../../automation/image-file.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { parseRegion } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { assertWritable, writeOutput } from '../output-file.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  output: string;
  region?: Rect;
  cursor?: boolean;
}

export const screenshot: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('screenshot <target>')
      .description('save what the screen shows, complete: every pixel sent after the request')
      .option('-o, --output <file>', 'PNG, JPEG or PPM by extension; - writes PNG to stdout', 'screenshot.png')
      .option('--region <X,Y,WxH>', 'only this part of the screen', parseRegion)
      .option('--cursor', 'let the server paint the pointer into the picture (most do; QEMU has none to paint)'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl screenshot demo: -o demo.png
  rfbctl screenshot 192.0.2.7:1 --password-file secret -o boot.jpg
  rfbctl screenshot unix:/run/vm.sock --region 0,0,640x480 -o - | display`,
    )
    .action(async (target: string, flags: Flags) => {
      const format = flags.output === '-' ? 'png' : imageFormatOf(flags.output);
      await assertWritable(flags.output);
      await withConsole(
        target,
        flags,
        interrupted,
        async (console, signal) => {
          const started = performance.now();
          const picture = await console.capture({
            signal,
            timeoutMs: Number.POSITIVE_INFINITY,
            ...(flags.region && { region: flags.region }),
          });
          const milliseconds = Math.round(performance.now() - started);
          await writeOutput(flags.output, await encodeImage(picture, format));
          const { width, height } = picture;
          if (flags.json && flags.output !== '-')
            printJson({ file: flags.output, format, width, height, milliseconds });
          else if (flags.output !== '-') print(`${flags.output}: ${width}x${height}`);
        },
        { cursor: flags.cursor ? 'server' : 'client' },
      );
    });
};

import { badOption, parseDuration, parseListen } from '../arguments.ts';
import { ChoiceOption } from '../choice-option.ts';
import { describeError } from '../error-report.ts';
import { print, printJson, warn } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags {
  readonly listen: { readonly host: string; readonly port: number };
  readonly speed: number;
  readonly from: number;
  readonly maxPause?: number;
  readonly atEnd: 'hold' | 'loop' | 'hang-up';
  readonly json?: boolean;
}

const AT_END = { what: 'end', values: ['hold', 'loop', 'hang-up'] };

export const replay: CommandPlug = (program, { interrupted }) => {
  program
    .command('replay <recording>')
    .summary('show a recording to any viewer')
    .description(
      'Serve a recording to viewers until it is stopped: each sees it from the beginning, in its own encodings. Prints where it is.',
    )
    .option('--listen <host:port>', 'where to listen', parseListen, { host: '127.0.0.1', port: 0 })
    .option('--speed <factor>', 'how much faster than it was', parseSpeed, 1)
    .option('--from <time>', 'where to begin', parseDuration, 0)
    .option('--max-pause <duration>', 'shorten longer pauses', parseDuration)
    .addOption(new ChoiceOption('--at-end <what>', 'hold the last picture, loop or hang-up', AT_END).default('hold'))
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl replay boot.rfbrec --listen 127.0.0.1:5901 & vncviewer 127.0.0.1:1
  rfbctl replay boot.fbs --speed 4 --max-pause 1s --at-end loop`,
    )
    .action(async (file: string, flags: Flags) => {
      const { openRecording } = await import('../../recording/formats/index.ts');
      const { ReplayServer } = await import('../../recording/replay-server.ts');
      const { listen } = await import('../../server/listen.ts');
      // What is wrong with the file is told before anybody looks.
      await (await openRecording(file)).close();
      const server = new ReplayServer(() => openRecording(file), {
        speed: flags.speed,
        fromMs: flags.from,
        maxPauseMs: flags.maxPause,
        atEnd: flags.atEnd,
        onError: (error) => warn(describeError(error)),
      });
      await using listening = await listen(server, { ...flags.listen, signal: interrupted });
      if (flags.json) await printJson({ address: listening.address });
      else await print(listening.address);
      await new Promise((resolve) => interrupted.addEventListener('abort', resolve));
      interrupted.throwIfAborted();
    });
};

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (speed > 0 && speed <= 1000) return speed;
  throw badOption(`"${text}" is no factor above 0, up to 1000`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from '../../recording/recorder.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { parseDuration } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { credentialsFrom } from '../credentials.ts';
import { Interrupted } from '../exit-codes.ts';
import { print, printJson } from '../output.ts';
import { ProgressLine } from '../progress-line.ts';
import { openLog } from '../protocol-log.ts';
import { readSettings } from '../settings.ts';
import { VERSION } from '../version.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly for?: number;
  readonly keyframes: number;
  readonly cursor?: boolean;
}

const PROGRESS_MS = 250;

export const record: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('record <target> <file>')
      .summary('record a screen: what the server sends, with times')
      .description(
        'Record a screen until Ctrl-C: all that the server sends, with times. Nothing is typed or clicked, and no password is kept. rfbctl replay shows it to a viewer, rfbctl export makes pictures and films of it.',
      )
      .option('--for <duration>', 'stop after so long', parseDuration)
      .option('--keyframes <duration>', 'how far apart places to start from are at least', parseDuration, 10_000)
      .option('--cursor', 'let the server paint the pointer into the picture'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl record 192.0.2.7:1 boot.rfbrec --for 2m
  rfbctl record demo: demo.rfbrec --for 1s; rfbctl export demo.rfbrec -o demo.png`,
    )
    .action(async (target: string, file: string, flags: Flags) => {
      const settings = await readSettings(target, flags);
      const { Recorder } = await import('../../recording/recorder.ts');
      const log = openLog(settings);
      const progress = new ProgressLine(!flags.quiet && !flags.json);
      try {
        const recorder = await Recorder.start(settings.address, file, {
          ...settings.connect,
          credentials: credentialsFrom(settings.credentials, interrupted),
          signal: interrupted,
          cursor: flags.cursor ? 'server' : 'client',
          keyframeMs: flags.keyframes,
          target: settings.name,
          program: `rfbctl ${VERSION}`,
          ...(log.onLog && { onLog: log.onLog }),
        });
        const lost = await untilStopped(recorder, flags.for, interrupted, progress);
        await recorder.close();
        const { elapsedMs, serverBytes } = recorder;
        progress.clear();
        if (lost) throw lost;
        if (flags.json) await printJson({ file, milliseconds: Math.round(elapsedMs), bytes: serverBytes });
        else await print(describe(file, recorder));
      } catch (error) {
        log.failed(error);
        throw error;
      } finally {
        progress.clear();
        log.close();
      }
    });
};

/** Ctrl-C is how a recording ends; what else ends it is told. */
async function untilStopped(
  recorder: Recorder,
  durationMs = Number.POSITIVE_INFINITY,
  interrupted: AbortSignal,
  progress: ProgressLine,
): Promise<Error | undefined> {
  const { lifetime } = recorder.session;
  const stopped = AbortSignal.any([interrupted, lifetime]);
  while (!stopped.aborted && recorder.elapsedMs < durationMs) {
    const pauseMs = Math.min(PROGRESS_MS, Math.max(1, durationMs - recorder.elapsedMs));
    await sleep(pauseMs, undefined, { signal: stopped }).catch(() => {});
    progress.show(`recording ${describe('', recorder)}`);
  }
  if (interrupted.reason instanceof Interrupted && interrupted.reason.signal !== 'SIGINT') return interrupted.reason;
  return interrupted.aborted ? undefined : recorder.session.ended;
}

function describe(file: string, { elapsedMs, serverBytes }: Recorder): string {
  return `${file === '' ? '' : `${file}: `}${describeDuration(elapsedMs)}, ${(serverBytes / 1024).toFixed(0)} KiB from the server`;
}

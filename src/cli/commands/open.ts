import path from 'node:path';
import { ActionError, TimeoutError } from '../../rfb/errors.ts';
import { describeDuration, MAX_TIMER_MS } from '../../rfb/session/deadline.ts';
import { badOption, parseTimeout } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { credentialsFrom } from '../credentials.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { timeLimit } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly idle: number;
  readonly cursor?: boolean;
}

const DEFAULT_IDLE_MS = 10 * 60_000;

export const open: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('open <name> <target>')
      .summary('keep a session in the background for many commands')
      .description(
        'Keep a session open in the background. Every command takes session:NAME as its target then, and need not connect.',
      )
      .option(
        '--idle <duration>',
        'close it when nobody has used it for so long (default: 10m)',
        parseTimeout,
        DEFAULT_IDLE_MS,
      )
      .option('--cursor', 'let the server paint the pointer into every picture'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl open vm 192.0.2.7:1 --password-file secret
  rfbctl screenshot session:vm -o now.png
  rfbctl type session:vm root --enter
  rfbctl close vm`,
    )
    .action(async (name: string, target: string, flags: Flags) => {
      const kept = await import('../kept/kept-sessions.ts');
      kept.assertName(name);
      if (flags.trace !== undefined) throw badOption('--trace belongs to the commands that use the session');
      if (kept.keptNameOf(target) !== undefined) throw badOption(`${target} is kept open already`);
      const settings = await readSettings(target, flags);
      const folder = await kept.keptFolder(process.env);
      const other = await kept.findKept(folder, name);
      if (other) {
        const what = `session:${name} is open already, to ${other.target} since ${other.started}`;
        throw new ActionError('ACTION_FAILED', `${what}; rfbctl close ${name} ends it`);
      }
      const { onWarning: _, ...connect } = settings.connect;
      const task = {
        ...{ name, folder, address: settings.address, target: settings.name, retryMs: settings.retryMs },
        connect: { ...connect, cursor: flags.cursor ? 'server' : 'client' } as const,
        idleMs: flags.idle,
        logFile: flags.logFile === undefined ? undefined : path.resolve(flags.logFile),
      };
      const timeoutMs = timeLimit(settings, 0);
      const late = new AbortController();
      const timer = setTimeout(
        () => {
          const message = `${settings.name}: the session was not open within ${describeDuration(timeoutMs)}; --timeout allows more`;
          late.abort(new TimeoutError(message, { phase: 'connect' }));
        },
        Math.min(timeoutMs, MAX_TIMER_MS),
      );
      const signal = AbortSignal.any([interrupted, late.signal]);
      try {
        const { startKeeper } = await import('../kept/start-keeper.ts');
        const { pid, width, height } = await startKeeper(task, credentialsFrom(settings.credentials, signal), signal);
        const { socket, log } = kept.keptFiles(folder, name);
        const address = `session:${name}`;
        if (flags.json) await printJson({ address, target: settings.name, width, height, pid, socket, log });
        else await print(`${address}: ${width}x${height}, ${settings.name}`);
      } finally {
        clearTimeout(timer);
        late.abort();
      }
    });
};

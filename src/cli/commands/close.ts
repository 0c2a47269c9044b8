import { setTimeout as sleep } from 'node:timers/promises';
import { TimeoutError } from '../../rfb/errors.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { badOption } from '../arguments.ts';
import type { KeptSession } from '../kept/kept-sessions.ts';
import { print, printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** A keeper lets go of keys, hangs up and goes. */
const TIMEOUT_MS = 15_000;
const PAUSE_MS = 20;

export const close: CommandPlug = (program, { interrupted }) => {
  program
    .command('close [name...]')
    .summary('end sessions that are kept in the background')
    .description('End sessions that `open` keeps in the background. What is held down is released first.')
    .option('--all', 'all of them')
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl close vm
  rfbctl close --all`,
    )
    .action(async (names: string[], { all, json }: Flags) => {
      if (all ? names.length > 0 : names.length === 0) throw badOption('wanted the names of sessions, or --all');
      const { assertName, findKept, getKept, keptFolder, listKept } = await import('../kept/kept-sessions.ts');
      for (const name of names) assertName(name);
      const folder = await keptFolder(process.env);
      const sessions = all ? await listKept(folder) : await Promise.all(names.map((name) => getKept(folder, name)));
      for (const session of sessions) await stop(session, () => findKept(folder, session.name), interrupted);
      const closed = sessions.map(({ name }) => name);
      if (json) await printJson({ closed });
      else for (const name of closed) await print(`session:${name}: closed`);
    });
};

async function stop(
  { name, pid }: KeptSession,
  find: () => Promise<KeptSession | undefined>,
  interrupted: AbortSignal,
): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  process.kill(pid, 'SIGTERM');
  while (await find()) {
    interrupted.throwIfAborted();
    if (performance.now() > end) {
      const message = `session:${name}: its keeper (process ${pid}) did not end within ${describeDuration(TIMEOUT_MS)}`;
      throw new TimeoutError(message, { phase: 'close' });
    }
    await sleep(PAUSE_MS);
  }
}

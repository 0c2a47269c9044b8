import { describeDuration } from '../../rfb/session/deadline.ts';
import { print, printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

export const sessions: CommandPlug = (program) => {
  program
    .command('sessions')
    .summary('list the sessions that are kept in the background')
    .description('List the sessions that `open` keeps in the background, and clear away what a dead one has left.')
    .option('--json', 'machine-readable output on stdout, errors too')
    .addHelpText(
      'after',
      `
Examples:
  rfbctl sessions
  rfbctl sessions --json | jq -r '.sessions[].address'`,
    )
    .action(async ({ json }: { readonly json?: boolean }) => {
      const { keptFiles, keptFolder, listKept } = await import('../kept/kept-sessions.ts');
      const folder = await keptFolder(process.env);
      const list = (await listKept(folder)).map(({ name, ...session }) => {
        const { socket, log } = keptFiles(folder, name);
        return { address: `session:${name}`, ...session, socket, log };
      });
      if (json) return printJson({ sessions: list });
      for (const { address, target, started, idleMs } of list) {
        await print(`${address}  ${target}  since ${started}, closes when idle for ${describeDuration(idleMs)}`);
      }
    });
};

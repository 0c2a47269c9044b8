import path from 'node:path';
import { parseListen } from '../arguments.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { credentialsFrom, readSetting } from '../credentials.ts';
import { describeError } from '../error-report.ts';
import { print, printJson, warn } from '../output.ts';
import { readSettings } from '../settings.ts';
import { VERSION } from '../version.ts';
import type { CommandPlug } from './command-plug.ts';

interface Flags extends ConnectionFlags {
  readonly record?: string;
  readonly maskKeys?: boolean;
  readonly log?: boolean;
  readonly viewerPasswordFile?: string;
  readonly once?: boolean;
}

export const proxy: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('proxy')
      .argument('<listen>', 'HOST:PORT to listen on; port 0 is any free one', parseListen)
      .argument('<target>')
      .summary('sit between viewers and a console: log, record')
      .description(
        'Sit between viewers and a console until it is stopped. Each viewer gets a connection of its own; the console’s password is asked for here, and viewers need none of it. Prints where it is.',
      )
      .option('--record <file>', 'record what passes; the second viewer’s is FILE with -2 before its end')
      .option('--mask-keys', 'in recordings and logs: asterisks for what is typed and pasted')
      .option('--log', 'print every message of either side')
      .option('--viewer-password-file <file>', 'what viewers have to know (its first line; default: nothing)')
      .option('--once', 'end when the first viewer has left'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl proxy 127.0.0.1:5999 192.0.2.7:1 --record session.rfbrec --mask-keys
  rfbctl proxy 127.0.0.1:0 demo: --log --once`,
    )
    .action(async (at: { host: string; port: number }, target: string, flags: Flags) => {
      const settings = await readSettings(target, flags);
      const { viewerPasswordFile, maskKeys = false } = flags;
      const [password] = viewerPasswordFile
        ? (await readSetting('--viewer-password-file', viewerPasswordFile)).split(/\r?\n/, 1)
        : [];
      const { describeProxyMessage } = await import('../../recording/describe-message.ts');
      const { ProxyServer } = await import('../../recording/proxy-server.ts');
      const { listen } = await import('../../server/listen.ts');
      const left = new AbortController();
      const server = new ProxyServer(settings.address, {
        ...settings.connect,
        credentials: credentialsFrom(settings.credentials, interrupted),
        viewerPassword: password,
        recordTo: flags.record === undefined ? undefined : (viewer) => numbered(flags.record ?? '', viewer),
        maskKeys,
        target: settings.name,
        program: `rfbctl ${VERSION}`,
        onMessage: flags.log
          ? (message) => void print(describeProxyMessage(message, maskKeys)).catch(() => {})
          : undefined,
        onViewer: ({ viewer, name, what }) => {
          if (!flags.quiet) process.stderr.write(`rfbctl: viewer ${viewer} ${what} (${name})\n`);
          if (what === 'leaves' && flags.once) left.abort();
        },
        onError: (viewer, error) => warn(`viewer ${viewer}: ${describeError(error)}`),
      });
      await using listening = await listen(server, { ...at, signal: interrupted });
      if (flags.json) await printJson({ address: listening.address });
      else await print(listening.address);
      const stopped = AbortSignal.any([interrupted, left.signal]);
      await new Promise((resolve) => stopped.addEventListener('abort', resolve));
      interrupted.throwIfAborted();
    });
};

/** `a.rfbrec`, `a-2.rfbrec`, … */
function numbered(file: string, viewer: number): string {
  if (viewer === 1) return file;
  const { dir, name, ext } = path.parse(file);
  return path.join(dir, `${name}-${viewer}${ext}`);
}

import type { Console } from '../../automation/console.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { printJson, writeStdout } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

export const clipboard: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('clipboard <target>')
      .summary('print the text on the server’s clipboard')
      .description(
        'Print the text on the server’s clipboard: what it says when it is asked, or, with --wait, what is copied next.',
      )
      .option('--wait', 'wait until something is copied, for as long as --timeout says'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl clipboard 192.0.2.7:1 --wait --timeout 1h
  rfbctl clipboard session:vm --json | jq -r .text`,
    )
    .action(async (target: string, flags: ConnectionFlags & { readonly wait?: boolean }) => {
      const settings = await readSettings(target, flags);
      await withConsole({ settings, interrupted, doing: 'reading the clipboard' }, async (console, signal) => {
        const text = flags.wait ? await nextCopied(console, signal) : await console.readClipboard({ signal });
        if (flags.json) await printJson({ text });
        else await writeStdout(text.endsWith('\n') ? text : `${text}\n`);
      });
    });
};

async function nextCopied(console: Console, signal: AbortSignal): Promise<string> {
  const [text] = await console.waitForEvent('cutText', { signal, timeoutMs: Number.POSITIVE_INFINITY });
  return text;
}

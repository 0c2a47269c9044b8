import { type ProbeReport, probe as probeConsole } from '../../automation/probe.ts';
import { addConnectionOptions, type ConnectionFlags } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import { readSettings } from '../settings.ts';
import { withConsole } from '../with-console.ts';
import type { CommandPlug } from './command-plug.ts';

export const probe: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('probe <target>')
      .summary('what a server is, and what really works on it')
      .description(
        'Tell what a server is and what really works on it: version, security, encodings, extensions, times.',
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl probe 192.0.2.7:1
  rfbctl probe wss://console.example/websockify --json | jq .encodings`,
    )
    .action(async (target: string, flags: ConnectionFlags) => {
      const settings = await readSettings(target, flags);
      const report = await withConsole({ settings, interrupted, doing: 'probing', follow: false }, (console, signal) =>
        probeConsole(console.session, { timeoutMs: Number.POSITIVE_INFINITY, signal }),
      );
      if (flags.json) await printJson(report);
      else await print(describe(report).join('\n'));
    });
};

function describe(report: ProbeReport): string[] {
  const { security, encodings } = report;
  const offered = security.offered.map(({ name, type }) => `${name} (${type})`);
  const used = encodings.filter((encoding) => encoding.used);
  const unused = encodings.filter((encoding) => !encoding.used);
  return [
    `version     ${report.version} (announced ${report.announcedVersion})`,
    `security    ${security.used}; offered: ${offered.join(', ')}`,
    `desktop     ${report.width}x${report.height} "${report.desktopName}"`,
    `format      ${report.pixelFormat.description}`,
    `encodings   ${used.map(({ name, milliseconds }) => `${name} ${milliseconds} ms`).join(', ') || 'none'}`,
    `not used    ${unused.map(({ name }) => name).join(', ') || 'none'} (asked for alone, another was sent)`,
    `extensions  ${report.extensions.join(', ') || 'none shown'}`,
    `pointer     ${report.pointer === 'absolute' ? 'absolute' : 'relative: positions are approximate'}`,
    `round trip  ${report.roundTripMs} ms (${report.roundTripBy})`,
  ];
}

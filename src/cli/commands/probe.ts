import { type ProbeReport, probe as probeConsole } from '../../automation/probe.ts';
import { addConnectionOptions, type ConnectionFlags, withConsole } from '../connection-options.ts';
import { print, printJson } from '../output.ts';
import type { CommandPlug } from './command-plug.ts';

export const probe: CommandPlug = (program, { interrupted }) => {
  addConnectionOptions(
    program
      .command('probe <target>')
      .description('what a server is and what really works on it: version, security, encodings, extensions, times'),
  )
    .addHelpText(
      'after',
      `
Examples:
  rfbctl probe 192.0.2.7:1
  rfbctl probe wss://console.example/websockify --json | jq .encodings`,
    )
    .action(async (target: string, flags: ConnectionFlags) => {
      const report = await withConsole(target, flags, interrupted, (console, signal) =>
        probeConsole(console.session, signal),
      );
      if (flags.json) printJson(report);
      else for (const line of describe(report)) print(line);
    });
};

function describe(report: ProbeReport): string[] {
  const { security, encodings } = report;
  return [
    `version     ${report.version} (announced ${report.announcedVersion})`,
    `security    ${security.used}; offered: ${security.offered.map(({ name, type }) => `${name} (${type})`).join(', ')}`,
    `desktop     ${report.width}x${report.height} "${report.desktopName}"`,
    `format      ${report.pixelFormat.description}`,
    `encodings   ${
      encodings
        .filter(({ used }) => used)
        .map(({ name }) => name)
        .join(', ') || 'none'
    }`,
    `not used    ${
      encodings
        .filter(({ used }) => !used)
        .map(({ name }) => name)
        .join(', ') || 'none'
    }`,
    `extensions  ${report.extensions.join(', ') || 'none shown'}`,
    `round trip  ${report.roundTripMs} ms (${report.roundTripBy})`,
  ];
}

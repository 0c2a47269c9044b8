import { Command, type CommanderError } from 'commander';
import { nearestNames } from '../automation/nearest-names.ts';
import { UsageError } from '../rfb/errors.ts';
import type { CommandContext } from './commands/command-plug.ts';
import { commands } from './commands/index.ts';
import { VERSION } from './version.ts';

/** All commands. Every error of the command line is a UsageError: commander itself prints nothing but help. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('rfbctl')
    .description('See, type into and test every RFB (VNC) console.')
    .usage('COMMAND TARGET [OPTIONS]')
    .version(VERSION, '--version', 'print the version')
    .helpCommand('help [command]', 'what a command does, all of its options, examples')
    .addHelpText('after', FOOTER);
  for (const plug of commands) plug(program, context);
  for (const command of [program, ...program.commands]) {
    command
      .helpOption('-h, --help', 'print this help')
      .configureOutput({ outputError: () => {} })
      .exitOverride((error) => {
        throw usageError(command, error);
      });
    for (const option of command.options) if (option.parseArg) option.argParser(naming(option.long, option.parseArg));
  }
  return program;
}

const FOOTER = `
A TARGET is one of
  host:1  host:5901  host::5901  [v6]:1  vnc://host:5901   a display (below 100) or TCP port
  unix:/path/to.sock  /path/to.sock                        a socket of QEMU, libvirt …
  ws://…  wss://…  https://…/vnc.html?path=…               a websocket, or the noVNC page in front of one
  tls:host:5901                                            RFB inside TLS
  http-connect://proxy:3128/host:5901                      behind an HTTP CONNECT; https-connect:// with TLS
  proxmox://host/101  proxmox://host/nodes/NODE            a machine, container or node of Proxmox VE
  xapi://host/VM                                           a VM of XenServer or XCP-ng, by uuid or name
  libvirt://DOMAIN?connect=qemu+ssh://root@hv/system       a domain of libvirt, by virsh
  exec:COMMAND                                             the standard input and output of a command
  hetzner://web-1  openstack://web-1                       a server of Hetzner Cloud, of OpenStack
  kubevirt://default/web-1                                 a machine of KubeVirt
  demo:  demo:desktop                                      the built-in console: needs nothing
  session:NAME                                             a session that rfbctl open NAME keeps
  @NAME                                                    a target of ~/.config/rfbctl/config.json

Examples:
  rfbctl screenshot demo: -o demo.png
  rfbctl type 192.0.2.7:1 'root' --enter
  rfbctl help type

Passwords: --password-file, --password-stdin, --password-command, RFBCTL_PASSWORD.
Exit codes: 0 done, 2 usage, 3 authentication, 10 could not connect, 11 connection lost, 20 protocol,
30 the action failed, 40 timed out, 50 to 59 which condition of wait --any held, 130 interrupted.`;

type ParseArg = (value: string, previous: unknown) => unknown;

/** Errors of `parse` begin with the option. */
function naming(option: string | undefined, parse: ParseArg): ParseArg {
  return (value, previous) => {
    try {
      return parse(value, previous);
    } catch (error) {
      if (error instanceof UsageError && option) throw new UsageError(error.code, `${option}: ${error.message}`);
      throw error;
    }
  };
}

/** Commander's message as one line of ours; help and version, which are no errors, stay what they are. */
function usageError(command: Command, error: CommanderError): CommanderError | UsageError {
  if (error.exitCode === 0) return error;
  if (error.code === 'commander.help') return new UsageError('BAD_OPTION', 'what to do is missing: see rfbctl help');
  const [, problem = '', suggestion] = /^error: (.*?)(?:\n\((.*)\))?$/s.exec(error.message) ?? [];
  const name = command.parent ? ` ${command.name()}` : '';
  if (error.code === 'commander.unknownOption') return unknownOption(command, /'(.*)'$/s.exec(problem)?.[1] ?? '');
  const hint = suggestion === undefined ? `see rfbctl help${name}` : suggestion.replace(/^D/, 'd');
  return new UsageError('BAD_OPTION', `${problem.replace(/\.$/, '')}; ${hint}`);
}

/**
 * An argument that begins with - looks like an option, and may be a password that is to be typed: it is repeated only when
 * it is one letter or nearly the name of an option, and never what stands behind its =.
 */
function unknownOption(command: Command, written: string): UsageError {
  const name = written.replace(/=.*$/s, '');
  const known = command.options.flatMap(({ long }) => long ?? []);
  const near = name.startsWith('--') ? nearestNames(name, known) : [];
  const option = near.length > 0 || /^-[a-zA-Z]$/.test(name) ? `option ${name}` : 'such option';
  const subcommand = command.parent ? ` ${command.name()}` : '';
  const dashes = 'what begins with - and is no option goes behind --';
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `${dashes}; see rfbctl help${subcommand}`;
  return new UsageError('BAD_OPTION', `rfbctl${subcommand} has no ${option}; ${hint}`);
}

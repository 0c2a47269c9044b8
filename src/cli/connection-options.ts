import type { Command } from 'commander';
import { type EncodingName, encodings } from '../rfb/protocol/encodings/index.ts';
import { type PixelFormatName, pixelFormats } from '../rfb/protocol/pixel-format.ts';
import { type SecurityTypeName, securityTypeNames } from '../rfb/protocol/security/index.ts';
import { type DecoderName, decoderNames } from '../rfb/protocol/update-decoder.ts';
import { parseDuration, parseHeader, parsePin, parseTimeout } from './arguments.ts';
import { ChoiceOption } from './choice-option.ts';

export const SECURITY = { what: 'security type', values: securityTypeNames, list: true };
export const ENCODINGS = { what: 'encoding', values: encodings.map(({ name }) => name), list: true };
export const DECODERS = { what: 'decoder', values: decoderNames };
export const PIXEL_FORMATS = { what: 'pixel format', values: ['native', ...Object.keys(pixelFormats)] };

/** Where a password comes from. */
export interface PasswordFlags {
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
  readonly passwordCommand?: string;
  /** A one-time code. */
  readonly otp?: string;
  /** False: nobody is asked for a password on the terminal. */
  readonly ask?: boolean;
}

/** What a target of the configuration file may say as well. */
export interface TargetFlags {
  readonly username?: string;
  readonly timeout?: number;
  readonly connectTimeout?: number;
  readonly retryConnect?: number;
  readonly security?: readonly SecurityTypeName[];
  readonly allowPlaintextPassword?: boolean;
  readonly xvpTarget?: string;
  readonly encodings?: readonly EncodingName[];
  readonly pixelFormat?: PixelFormatName;
  readonly exclusive?: boolean;
  readonly caFile?: string;
  readonly tlsPin?: string;
  readonly via?: string;
  readonly insecure?: boolean;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly keyPassphraseFile?: string;
  readonly tokenFile?: string;
  readonly header?: readonly Header[];
  readonly subprotocol?: string;
}

export type Header = readonly [name: string, value: string];

/** What every command that connects accepts. */
export interface ConnectionFlags extends TargetFlags, PasswordFlags {
  /** False: a connection that is lost stays lost. */
  readonly reconnect?: boolean;
  readonly decoder?: DecoderName;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose: number;
  readonly logFile?: string;
  readonly trace?: string;
  readonly headerFile?: string;
}

/** What the commands accept that talk to an API alone, and to no console. */
export type ApiFlags = Omit<ConnectionFlags, 'verbose' | 'logFile' | 'trace'>;

export function addApiOptions(command: Command): Command {
  return addTlsOptions(addTimeout(addCredentials(command)))
    .optionsGroup('Output:')
    .option('--json', JSON_OPTION)
    .option('-q, --quiet', 'no warnings');
}

export function addConnectionOptions(command: Command): Command {
  return addTlsOptions(addConsoleOptions(addTimeout(addCredentials(command))))
    .option(
      '--header <name: value>',
      'extra header of a websocket’s or a CONNECT request, may be repeated',
      collectHeaders,
    )
    .option('--header-file <file>', 'read such headers from a file, one a line: cookies and the like')
    .option('--subprotocol <name>', 'sub-protocol of a websocket (default: binary)')
    .optionsGroup('Output:')
    .option('--json', JSON_OPTION)
    .option('-q, --quiet', 'no warnings')
    .option('-v, --verbose', 'protocol events on stderr; twice: every message', (_, count: number) => count + 1, 0)
    .option('--log-file <file>', 'append every protocol event to a file')
    .option('--trace <folder>', 'leave a record: screens, keys, waits; rfbctl report makes a page of it');
}

const JSON_OPTION = 'machine-readable output on stdout, errors too';

function addCredentials(command: Command): Command {
  return command
    .optionsGroup('Credentials:')
    .option('--password-file <file>', 'read the password from a file (its first line)')
    .option('--password-stdin', 'read the password from standard input (its first line)')
    .option('--password-command <command>', 'run a command of the shell that prints the password')
    .option('--password <password>', 'the password itself (other users of this machine can see it)')
    .option('--username <name>', 'user name, where the server wants one')
    .option('--xvp-target <name>', 'machine behind an XVP server')
    .option('--otp <code>', 'one-time code, where an API wants a second factor')
    .option(
      '--token-file <file>',
      'read the token of an API or gateway from a file: for {token} in TARGET, or as a bearer',
    );
}

function addTimeout(command: Command): Command {
  return command
    .optionsGroup('Connection:')
    .option('--timeout <duration>', 'for the whole command (default: 60s and what it takes by itself)', parseTimeout);
}

function addConsoleOptions(command: Command): Command {
  return command
    .option('--connect-timeout <duration>', 'to connect, and again to shake hands (default: 10s)', parseTimeout)
    .option('--retry-connect <duration>', 'keep dialling a machine that is still starting', parseDuration)
    .option('--no-reconnect', 'fail when the connection is lost during a wait, in place of restoring it')
    .addOption(new ChoiceOption('--security <list>', 'security types that may be used, best first', SECURITY))
    .option('--allow-plaintext-password', 'let the password be sent readably, where a server takes it in no other way')
    .addOption(new ChoiceOption('--encodings <list>', 'encodings to ask for, best first', ENCODINGS))
    .addOption(new ChoiceOption('--pixel-format <format>', 'pixel format to ask for', PIXEL_FORMATS))
    .addOption(new ChoiceOption('--decoder <name>', 'what decodes updates, the first where it is to be had', DECODERS))
    .option('--exclusive', 'ask the server to disconnect everyone else');
}

function addTlsOptions(command: Command): Command {
  return command
    .option('--via <ssh:user@host>', 'dial from that machine, by the system’s ssh')
    .option('--ca-file <file>', 'certificates (PEM) to trust instead of the system’s')
    .option('--tls-pin <sha256:HEX>', 'accept exactly the certificate with this fingerprint', parsePin)
    .option('--insecure', 'accept any certificate: anyone on the way could read and type')
    .option('--cert-file <file>', 'certificate (PEM) to show to a server that asks for one')
    .option('--key-file <file>', 'its private key (PEM), where it is not in the same file')
    .option('--key-passphrase-file <file>', 'read the passphrase of an encrypted private key from a file');
}

function collectHeaders(line: string, before: readonly Header[] = []): readonly Header[] {
  return [...before, parseHeader(line)];
}

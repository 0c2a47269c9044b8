import { Duplex } from 'node:stream';
import { AuthenticationError, ConnectionError, type RfbError } from '../rfb/errors.ts';
import { type HostPort, urlHost } from './address.ts';
import { Command } from './command.ts';
import { type SshHop, showSshHop } from './ssh-hop.ts';

/** What is dialled from there. */
export type SshTarget = HostPort | { readonly path: string };

/**
 * A connection that begins at the other machine. Whether there is one shows with its first bytes: until then, what ssh says is the
 * reason of its end.
 * @throws ConnectionError `CONNECT_FAILED` · the reason of an aborted `signal`
 */
export async function dialOverSsh(hop: SshHop, target: SshTarget, signal?: AbortSignal): Promise<Duplex> {
  signal?.throwIfAborted();
  const name = showSshHop(hop);
  const where = 'path' in target ? target.path : urlHost(target);
  const describe = (said: string) => describeFailure(name, where, said);
  const command = await Command.start(name, { program: 'ssh', args: sshArguments(hop, target), describe });
  const stream = new SshStream(command);
  if (signal?.aborted) {
    stream.destroy();
    throw signal.reason;
  }
  return stream;
}

/** Nothing is asked: there may be no terminal, and a deadline runs. */
function sshArguments({ host, port, username, keyFile }: SshHop, target: SshTarget): string[] {
  return [
    ...['-o', 'BatchMode=yes', '-o', 'RemoteCommand=none', '-T', '-a', '-x'],
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(username === undefined ? [] : ['-l', username]),
    ...(keyFile === undefined ? [] : ['-i', keyFile]),
    ...('path' in target
      ? ['-o', 'ClearAllForwardings=yes', '--', host, connectCommand(target.path)]
      : ['-W', urlHost(target), '--', host]),
  ];
}

/** For the shell there: before OpenSSH 9.4 `-W` leads to no socket. */
function connectCommand(path: string): string {
  const nc = `exec nc -U ${shellWord(path)}`;
  // Whatever would mean something to socat gets a backslash.
  const socat = `exec socat - ${shellWord(`UNIX-CONNECT:${path.replace(/[,:!"'\\([{]/g, '\\$&')}`)}`;
  return `if nc -h 2>&1 | grep -q -e -U; then ${nc}; else ${socat}; fi`;
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function describeFailure(name: string, where: string, said: string): RfbError | undefined {
  const failed = (why: string) => {
    const cause = new Error(said);
    return new ConnectionError('CONNECT_FAILED', `${name}: ${why}`, { cause, phase: 'connect' });
  };
  const [denied] = /Permission denied \([^)]*\)|Too many authentication failures/.exec(said) ?? [];
  if (denied !== undefined) {
    const message = `${name} does not let this user in: ${denied}; nobody is asked for a password there: is the key in the agent (ssh-add), and does ssh lead there by hand?`;
    return new AuthenticationError('AUTHENTICATION_FAILED', message, { phase: 'connect', reason: said });
  }
  if (said.includes('Host key verification failed')) {
    return failed('its host key is not known, or not the known one: connect once by hand with ssh, and compare it');
  }
  if (said.includes('administratively prohibited')) {
    return failed(
      `it forbids connections to ${where}: AllowTcpForwarding and PermitOpen of its sshd say which are allowed`,
    );
  }
  const [, opening] = /open failed: connect failed: ([^·]*)/.exec(said) ?? [];
  if (opening !== undefined) return failed(`${where} cannot be reached from there: ${opening.trim()}`);
  if (/(?:nc|socat): (?:command )?not found/.test(said))
    return failed('it has neither nc (OpenBSD’s) nor socat, which leads to a socket');
  const [, socket] = /(?:nc: [^·]*: |connect\([^)]*\): )([^·:]*)$/.exec(said) ?? [];
  if (socket !== undefined) return failed(`there is no connection to ${where}: ${socket.trim()}`);
  return said === '' ? undefined : failed(`ssh says: ${said}`);
}

/** The two ends of the command as one stream. Its end before the first byte is an error with the reason. */
class SshStream extends Duplex {
  readonly #command: Command;
  #received = false;

  constructor(command: Command) {
    super({ allowHalfOpen: true });
    this.#command = command;
    const { stdin, stdout } = command;
    // For good: whoever reads or writes is told, and an error in between must not end the process.
    this.on('error', () => {});
    stdin.on('error', () => {});
    stdout.on('data', (chunk: Buffer) => {
      this.#received = true;
      if (!this.push(chunk)) stdout.pause();
    });
    stdout.on('error', (error) => this.#ended(error)).on('end', () => this.#ended());
  }

  async #ended(cause?: Error): Promise<void> {
    const reason = await this.#command.explain(cause, this.#received);
    if (reason === undefined) this.push(null);
    else this.destroy(reason);
  }

  override _read(): void {
    this.#command.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#command.stdin.write(chunk, (error) => {
      if (!error) done();
      // What it said is why it takes no more.
      else this.#command.explain(error, this.#received).then((reason) => done(reason ?? error));
    });
  }

  override _final(done: () => void): void {
    this.#command.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#command.stdin.destroy();
    this.#command.stdout.destroy();
    this.#command.stop().then(() => done(error));
  }
}

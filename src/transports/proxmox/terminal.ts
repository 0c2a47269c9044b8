import { setImmediate as nextTurn } from 'node:timers/promises';
import { AuthenticationError, ConnectionError, ProtocolError, type RfbError } from '../../rfb/errors.ts';
import type { BytePipe } from '../../rfb/protocol/connection.ts';
import type { OpenTerminalOptions, Terminal, TerminalSize } from '../transport.ts';
import { type ProxmoxAddress, showProxmox } from './address.ts';
import { ProxmoxApi } from './api.ts';
import { locate } from './lookup.ts';
import { assertRunning, openProxy, startProxy } from './proxy.ts';

const DEFAULT_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** termproxy in Perl, to the middle of 2020, cut what was idle for five minutes. */
const KEEP_ALIVE_MS = 30_000;

/** The shell of a node or container, or the serial port of a machine: termproxy. */
export async function openTerminal(address: ProxmoxAddress, options: OpenTerminalOptions): Promise<Terminal> {
  const name = showProxmox(address);
  const api = await ProxmoxApi.open(address, options);
  const owner = await locate(api, address);
  await assertRunning(api, owner, name);
  const proxy = await startProxy(api, owner, 'termproxy', {});
  const silentEnd = (cause: Error | undefined) => refused(name, api, cause);
  const pipe = await openProxy(api, owner, proxy, { address, name, silentEnd }, options);
  const end = () => void pipe.close();
  options.signal?.addEventListener('abort', end);
  try {
    options.onProgress?.(`logging in at the terminal of ${name}`);
    await pipe.write(Buffer.from(`${proxy.user}:${proxy.ticket}\n`));
    const output = pipe.incoming[Symbol.asyncIterator]();
    const rest = await accepted(name, output);
    options.signal?.throwIfAborted();
    const terminal = new ProxmoxTerminal(pipe, output, rest);
    await terminal.resize(options.size ?? DEFAULT_SIZE);
    return terminal;
  } catch (error) {
    await pipe.close();
    options.signal?.throwIfAborted();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', end);
  }
}

/** `OK`, in one piece or two, and what follows it in the same. */
async function accepted(name: string, output: AsyncIterator<Uint8Array>): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  while (bytes.length < 2) {
    const { value, done } = await output.next();
    if (done) throw new ConnectionError('CONNECT_FAILED', `${name} ended within the first word`, { phase: 'connect' });
    bytes = Buffer.concat([bytes, value]);
  }
  if (bytes.toString('latin1', 0, 2) === 'OK') return bytes.subarray(2);
  throw new ProtocolError('BAD_GREETING', `${name} is no termproxy: it did not begin with OK`, { phase: 'connect' });
}

/** A ticket that does not fit ends the connection, without a word. */
function refused(name: string, { identity }: ProxmoxApi, cause: Error | undefined): RfbError {
  const options = { cause, phase: 'connect' } as const;
  if (identity.kind === 'token') {
    const why =
      'API tokens open terminals since access-control 9.0.4 and termproxy 2.0.3 on the node: log in as a user';
    return new AuthenticationError(
      'AUTHENTICATION_FAILED',
      `${name} closed the terminal without a word: ${why}`,
      options,
    );
  }
  const why = 'the ticket was refused, or the shell could not be started; the task log of the node says more';
  return new ConnectionError('CONNECT_FAILED', `${name} closed the terminal without a word: ${why}`, options);
}

/**
 * `0:LENGTH:…`, `1:COLUMNS:ROWS:` and `2`. A header that termproxy sees in two pieces is lost, with what follows: what is written
 * while there is more to write goes as one message.
 */
class ProxmoxTerminal implements Terminal {
  readonly name: string;
  readonly output: AsyncIterable<Uint8Array>;
  readonly #pipe: BytePipe;
  readonly #keepAlive: NodeJS.Timeout;
  #waiting: Uint8Array[] = [];
  #flushing: Promise<void> | undefined;

  constructor(pipe: BytePipe, output: AsyncIterator<Uint8Array>, rest: Uint8Array) {
    this.name = pipe.name;
    this.#pipe = pipe;
    this.output = this.#read(output, rest);
    this.#keepAlive = setInterval(() => pipe.write(Buffer.from('2')).catch(() => {}), KEEP_ALIVE_MS);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#waiting.push(Uint8Array.from(bytes));
    this.#flushing ??= this.#flush();
    await this.#flushing;
  }

  async resize({ columns, rows }: TerminalSize): Promise<void> {
    await this.#flushing;
    await this.#pipe.write(Buffer.from(`1:${columns}:${rows}:`));
  }

  async close(): Promise<void> {
    clearInterval(this.#keepAlive);
    await this.#pipe.close();
  }

  async #flush(): Promise<void> {
    try {
      await nextTurn();
      while (this.#waiting.length > 0) {
        const payload = Buffer.concat(this.#waiting.splice(0));
        await this.#pipe.write(Buffer.concat([Buffer.from(`0:${payload.length}:`), payload]));
      }
    } finally {
      this.#flushing = undefined;
    }
  }

  async *#read(output: AsyncIterator<Uint8Array>, rest: Uint8Array): AsyncGenerator<Uint8Array> {
    try {
      if (rest.length > 0) yield rest;
      for (let next = await output.next(); !next.done; next = await output.next()) yield next.value;
    } finally {
      clearInterval(this.#keepAlive);
    }
  }
}

import type { Duplex } from 'node:stream';
import { ConnectionError, ProtocolError, UsageError } from '../rfb/errors.ts';
import { errorText } from '../rfb/node-error.ts';
import { printable } from '../rfb/protocol/text.ts';

export interface TunnelRequest {
  /** `host:port` for a proxy; XAPI takes a path with its query. */
  readonly target: string;
  /** For the Host header. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who is asked, for messages. */
  readonly name: string;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that opens nothing. */
export interface TunnelRefusal {
  readonly status: number;
  readonly reason: string;
  /** Its beginning. */
  readonly body: string;
}

/** XAPI reads no more than this, and answers 431. */
export const MAX_REQUEST_HEADER = 1024;

/** Of the answer. */
const MAX_ANSWER_HEADER = 16 * 1024;

/** Of a refusal's page, and how long it may take: it is only for the message. */
const MAX_REFUSAL_BODY = 8 * 1024;
const REFUSAL_BODY_MS = 1000;

/**
 * HTTP CONNECT, RFC 9110 §9.3.6, over a connection that is open. Resolves with undefined when it has become a tunnel: what came
 * behind the answer's header is still to be read from it. HTTP/1.0 is what every proxy and every XAPI host takes, and
 * rules out interim answers and chunks.
 * @throws ConnectionError `CONNECT_FAILED` · ProtocolError `BAD_LENGTH` · UsageError `BAD_OPTION` · the reason of an aborted `signal`
 */
export async function openTunnel(connection: Duplex, request: TunnelRequest): Promise<TunnelRefusal | undefined> {
  const { name, signal } = request;
  const header = requestHeader(request);
  try {
    connection.write(header);
    const head = await readHead(connection, name, signal);
    const [, code, reason = ''] = /^HTTP\/1\.\d (\d{3})(?: ([^\r\n]*))?\r?\n/.exec(head) ?? [];
    if (code === undefined) throw notHttp(name, head);
    const status = Number(code);
    if (status >= 200 && status < 300) return undefined;
    return { status, reason: printable(reason, 200), body: await refusalBody(connection) };
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

function requestHeader({ target, host, headers = {}, name }: TunnelRequest): string {
  const lines = [`CONNECT ${target} HTTP/1.0`, ...Object.entries({ Host: host, ...headers }).map(field)];
  const text = `${lines.join('\r\n')}\r\n\r\n`;
  if (text.length <= MAX_REQUEST_HEADER) return text;
  throw new UsageError(
    'BAD_OPTION',
    `the request to ${name} has ${text.length} bytes, wanted at most ${MAX_REQUEST_HEADER}: shorten the path or the headers`,
  );
}

function field([name, value]: readonly [string, string]): string {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return `${name}: ${value}`;
  throw new UsageError('BAD_OPTION', `the header ${JSON.stringify(name.slice(0, 40))} cannot be sent`);
}

/** All up to the empty line; the rest goes back into the stream. */
async function readHead(connection: Duplex, name: string, signal: AbortSignal | undefined): Promise<string> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk: Buffer | null = await nextChunk(connection, name, head.length, signal);
    head = Buffer.concat([head, chunk]);
    // Not longer than what the search needs, were it split inside the empty line.
    const end = head.indexOf('\r\n\r\n', Math.max(0, head.length - chunk.length - 3));
    if (end >= 0) {
      const rest = head.subarray(end + 4);
      if (rest.length > 0) connection.unshift(rest);
      return head.toString('latin1', 0, end + 4);
    }
    if (!couldBeHttp(head)) throw notHttp(name, head.toString('latin1'));
    if (head.length > MAX_ANSWER_HEADER) {
      throw new ProtocolError(
        'BAD_LENGTH',
        `${name} answered CONNECT with a header of more than ${MAX_ANSWER_HEADER} bytes: is this an HTTP proxy?`,
        { phase: 'connect' },
      );
    }
  }
}

/** Rejects when the connection ends instead: its `close` follows every error. */
function nextChunk(
  connection: Duplex,
  name: string,
  received: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const chunk: Buffer | null = connection.read();
      if (chunk !== null) settle(() => resolve(chunk));
      else if (connection.readableEnded || connection.destroyed)
        settle(() => reject(ended(connection, name, received)));
    };
    const abort = () => settle(() => reject(signal?.reason));
    connection.on('readable', look).on('end', look).on('close', look);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    else look();

    function settle(outcome: () => void): void {
      connection.off('readable', look).off('end', look).off('close', look);
      signal?.removeEventListener('abort', abort);
      outcome();
    }
  });
}

function ended(connection: Duplex, name: string, received: number): Error {
  const cause = connection.errored;
  const how = cause ? `the connection broke (${errorText(cause)})` : 'it closed the connection';
  const message = `${name} did not answer CONNECT: ${how} after ${received} bytes; is this an HTTP proxy?`;
  return new ConnectionError('CONNECT_FAILED', message, { ...(cause && { cause }), phase: 'connect' });
}

function couldBeHttp(head: Buffer): boolean {
  const start = 'HTTP/1.';
  return start.startsWith(head.toString('latin1', 0, start.length));
}

function notHttp(name: string, got: string): Error {
  const shown = JSON.stringify(got.slice(0, 40));
  const what = got.startsWith('RFB ') ? 'it is a VNC server itself: use vnc://' : 'is this an HTTP proxy?';
  return new ConnectionError('CONNECT_FAILED', `${name} answered CONNECT with ${shown}, wanted HTTP: ${what}`, {
    phase: 'connect',
  });
}

/** Whatever of the page comes soon. */
async function refusalBody(connection: Duplex): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const timer = setTimeout(() => connection.destroy(), REFUSAL_BODY_MS);
  try {
    while (length < MAX_REFUSAL_BODY) {
      const chunk = await nextChunk(connection, '', 0, undefined);
      chunks.push(chunk);
      length += chunk.length;
    }
  } catch {
    // It has ended.
  } finally {
    clearTimeout(timer);
    connection.destroy();
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_REFUSAL_BODY);
}

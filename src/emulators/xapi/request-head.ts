import type { Duplex } from 'node:stream';

export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `max_header_length_tcp`. */
const MAX_HEADER = 1024;
const HEADER_MS = 10_000;

/** Refuses a request with a status. */
export class HttpError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly body: string;

  constructor(status: number, reason: string, body = '') {
    super(reason);
    this.status = status;
    this.reason = reason;
    this.body = body;
  }
}

/** What stands before the empty line; the rest goes back. Undefined: the client left. @throws HttpError */
export async function readRequestHead(socket: Duplex): Promise<RequestHead | undefined> {
  let head = Buffer.alloc(0);
  for (;;) {
    const chunk = await nextChunk(socket);
    if (chunk === undefined) return undefined;
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if ((end < 0 ? head.length : end + 4) > MAX_HEADER) throw new HttpError(431, 'Request Header Fields Too Large');
    if (end < 0) continue;
    const rest = head.subarray(end + 4);
    if (rest.length > 0) socket.unshift(rest);
    return parse(head.toString('latin1', 0, end));
  }
}

/** Exactly so many bytes. */
export async function readBody(socket: Duplex, length: number): Promise<string> {
  let body = Buffer.alloc(0);
  while (body.length < length) {
    const chunk = await nextChunk(socket);
    if (chunk === undefined) break;
    body = Buffer.concat([body, chunk]);
  }
  return body.toString('utf8');
}

function nextChunk(socket: Duplex): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => settle(() => reject(new HttpError(408, 'Request Timeout'))), HEADER_MS);
    const look = () => {
      const chunk: Buffer | null = socket.read();
      if (chunk !== null) settle(() => resolve(chunk));
      else if (socket.readableEnded || socket.destroyed) settle(() => resolve(undefined));
    };
    socket.on('readable', look).on('end', look).on('close', look);
    look();

    function settle(outcome: () => void): void {
      clearTimeout(late);
      socket.off('readable', look).off('end', look).off('close', look);
      outcome();
    }
  });
}

function parse(text: string): RequestHead {
  const [requestLine = '', ...lines] = text.split('\r\n');
  const [method = '', target = '', version = 'HTTP/1.0'] = requestLine.split(' ');
  const [path = '', query = ''] = target.split('?', 2);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method, path, query: pairs(query, '&'), version, headers: Object.fromEntries(headers) };
}

/** `a=b;c=d`, percent-escapes read. */
export function pairs(text: string, separator: string): Readonly<Record<string, string>> {
  const parts = text.split(separator).map((part) => part.trim());
  return Object.fromEntries(
    parts
      .filter((part) => part.includes('='))
      .map((part) => {
        const at = part.indexOf('=');
        return [part.slice(0, at), decodeURIComponent(part.slice(at + 1))];
      }),
  );
}

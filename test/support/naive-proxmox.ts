import { once } from 'node:events';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ProxmoxEmulation } from '../../src/emulators/proxmox/index.ts';
import { TOKEN } from './proxmox.ts';

export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly body: string;
}

export type Headers = Readonly<Record<string, string>>;

export const TOKEN_HEADER: Headers = { authorization: `PVEAPIToken=${TOKEN}` };

/** A client that knows nothing of Proxmox VE: it sends what it is told to. */
export class NaiveClient {
  readonly #emulation: ProxmoxEmulation;

  constructor(emulation: ProxmoxEmulation) {
    this.#emulation = emulation;
  }

  request(method: string, path: string, headers: Headers = {}, body?: string): Promise<Answer> {
    const { host, port, ca } = this.#emulation;
    return new Promise((resolve, reject) => {
      const request = requestHttps({ method, host, port, path: `/api2/json${path}`, ca, headers, agent: false });
      request.once('error', reject).once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, reason: response.statusMessage ?? '', body: text }),
        );
      });
      request.end(body);
    });
  }

  async post(path: string, form: Headers, headers: Headers = {}): Promise<Answer> {
    const body = new URLSearchParams(form).toString();
    const type = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(body.length) };
    return await this.request('POST', path, { ...type, ...headers }, body);
  }

  /** The `data` of what must succeed. */
  async data(path: string, form: Headers, headers: Headers = TOKEN_HEADER): Promise<Record<string, string>> {
    const { status, reason, body } = await this.post(path, form, headers);
    if (status !== 200) throw new Error(`${status} ${reason} ${body}`);
    return JSON.parse(body).data;
  }

  /** Headers of somebody who has logged in. */
  async logIn(username: string, password: string): Promise<{ cookie: string; csrfpreventiontoken: string }> {
    const { ticket, CSRFPreventionToken } = await this.data('/access/ticket', { username, password }, {});
    return { cookie: `PVEAuthCookie=${ticket}`, csrfpreventiontoken: String(CSRFPreventionToken) };
  }

  vncproxy(headers: Headers = TOKEN_HEADER): Promise<Record<string, string>> {
    return this.data('/nodes/pve1/qemu/101/vncproxy', { websocket: '1' }, headers);
  }

  /** An upgrade by hand, its query as it is given. */
  async upgrade(query: string, headers: Headers = TOKEN_HEADER, path = '/nodes/pve1/qemu/101'): Promise<Upgrade> {
    const { host, port, ca } = this.#emulation;
    const socket = connectTls({ host, port, ca, servername: 'localhost' });
    socket.on('error', () => {});
    await once(socket, 'secureConnect');
    const lines = [
      `GET /api2/json${path}/vncwebsocket?${query} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    return new Upgrade(socket);
  }
}

/** What comes back on an upgraded connection. */
export class Upgrade {
  readonly socket: Socket;
  #bytes = Buffer.alloc(0);
  #ended = false;
  #news = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#news();
    });
    socket.on('end', () => {
      this.#ended = true;
      this.#news();
    });
  }

  /** `101 Switching Protocols`. */
  async status(): Promise<string> {
    await this.until(() => this.#bytes.includes('\r\n'));
    return this.#bytes.toString('latin1', 'HTTP/1.1 '.length, this.#bytes.indexOf('\r\n'));
  }

  header(name: string): string | undefined {
    return new RegExp(`^${name}: (.*?)\\r?$`, 'im').exec(this.#bytes.toString('latin1'))?.[1];
  }

  /** What came behind the head: frames, as they are. */
  get frames(): Buffer {
    const end = this.#bytes.indexOf('\r\n\r\n');
    return end < 0 ? Buffer.alloc(0) : this.#bytes.subarray(end + 4);
  }

  get received(): number {
    return this.#bytes.length;
  }

  get ended(): boolean {
    return this.#ended;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        this.#news = resolve;
      });
    }
  }

  /** One frame, by default as the specification wants a client's. */
  send(payload: Uint8Array | string, { opcode = 2, fin = true, masked = true } = {}): void {
    const bytes = Buffer.from(payload);
    const { length } = bytes;
    const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
    head.writeUInt8((fin ? 0x80 : 0) | opcode);
    head.writeUInt8((masked ? 0x80 : 0) | (length < 126 ? length : length < 65_536 ? 126 : 127), 1);
    if (head.length === 4) head.writeUInt16BE(length, 2);
    if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
    // A mask of zeros leaves the payload as it is.
    this.socket.write(Buffer.concat([head, masked ? Buffer.alloc(4) : Buffer.alloc(0), bytes]));
  }
}

export const query = (port: unknown, ticket: unknown) => `port=${port}&vncticket=${encodeURIComponent(String(ticket))}`;

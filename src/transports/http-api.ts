import { type IncomingMessage, type OutgoingHttpHeaders, request as requestHttp } from 'node:http';
import type { Duplex } from 'node:stream';
import { ConnectionError, ProtocolError } from '../rfb/errors.ts';
import { errorText } from '../rfb/node-error.ts';
import { tlsAlert } from '../rfb/protocol/security/tls/tls-alert.ts';
import { type HostPort, showHostPort } from './address.ts';
import { dialHost } from './dial-host.ts';
import type { OpenOptions } from './transport.ts';

/** Of one answer: lists of thousands of machines fit. */
const MAX_BODY = 16 * 1024 * 1024;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** The reason phrase: some APIs say there what is wrong. */
  readonly reason: string;
  readonly headers: Readonly<IncomingMessage['headers']>;
  readonly body: string;
}

/**
 * An HTTP API that leads to a console. TLS by our own hands, as for a websocket: no token is sent before the certificate was
 * checked. Each request has a connection of its own, to the address that the first one reached: behind a name may stand several
 * servers, and what one has opened the next does not know. A redirect is an answer like any other: tokens follow nobody.
 */
export class HttpApi {
  /** `pve.example:8006`, for messages. */
  readonly name: string;
  #target: HostPort & { readonly secure: boolean };
  /** Of what is the same for every connection. */
  #warned = false;
  readonly #options: OpenOptions;

  constructor(target: HostPort & { readonly secure: boolean }, options: OpenOptions) {
    this.name = showHostPort(target);
    this.#target = target;
    this.#options = options;
  }

  /**
   * Answers whatever the status is.
   * @throws ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED` · ProtocolError `BAD_LENGTH` · the reason of an aborted `signal`
   */
  async request({ method, path, headers = {}, body }: ApiRequest): Promise<ApiAnswer> {
    const { signal } = this.#options;
    const socket = await this.dial();
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const request = requestHttp({
          method,
          path,
          host: this.#target.host,
          port: this.#target.port,
          setHost: false,
          headers: {
            host: this.#hostHeader(),
            accept: 'application/json',
            ...headers,
            ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
            connection: 'close',
          },
          createConnection: () => socket,
          ...(signal && { signal }),
        });
        request.once('response', resolve).once('error', reject);
        request.end(body);
      });
      return {
        status: response.statusCode ?? 0,
        reason: (response.statusMessage ?? '').slice(0, 300),
        headers: response.headers,
        body: await this.#bodyOf(response),
      };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof ProtocolError) throw error;
      const alert = tlsAlert(this.name, error);
      if (alert !== undefined) throw alert;
      const why = `${this.name} did not answer ${method} as an HTTP server does: ${errorText(error)}`;
      throw new ConnectionError('CONNECT_FAILED', why, { cause: error, phase: 'connect' });
    } finally {
      socket.destroy();
    }
  }

  /** A connection to the API's server, for what is no request: its certificate has been checked. */
  async dial(): Promise<Duplex> {
    const { secure, ...target } = this.#target;
    const { onWarning, ...options } = this.#options;
    const socket = secure
      ? await (await import('./dial-tls.ts')).dialTls(target, this.#warned ? options : this.#options, ['http/1.1'])
      : await dialHost(target, options);
    this.#warned = true;
    const remoteAddress = 'remoteAddress' in socket ? socket.remoteAddress : undefined;
    if (remoteAddress !== undefined) this.#target = { ...this.#target, ip: remoteAddress };
    return socket;
  }

  #hostHeader(): string {
    const { host, port, secure } = this.#target;
    const name = host.includes(':') ? `[${host}]` : host;
    return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
  }

  async #bodyOf(response: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of response) {
      length += chunk.length;
      if (length > MAX_BODY) {
        throw new ProtocolError('BAD_LENGTH', `${this.name} answered with more than ${MAX_BODY} bytes`, {
          phase: 'connect',
        });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }
}

/** An answer's JSON. @throws ConnectionError `CONNECT_FAILED`: it is something else, from a proxy, a login page … */
export function jsonOf({ status, reason, body }: ApiAnswer, where: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    const said = `${status}${reason === '' ? '' : ` ${reason}`}`;
    const message = `${where} answered ${said} with something that is no JSON: is this the address of the API?`;
    throw new ConnectionError('CONNECT_FAILED', message, { cause, phase: 'connect' });
  }
}

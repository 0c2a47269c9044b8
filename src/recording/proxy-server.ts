import { type BytePipe, Connection } from '../rfb/protocol/connection.ts';
import { within } from '../rfb/session/deadline.ts';
import type { LogEvent } from '../rfb/session/log-event.ts';
import { logReceived } from '../rfb/session/session-log.ts';
import type { ViewerServer } from '../server/listen.ts';
import { none } from '../server/security/none.ts';
import { offer } from '../server/security/server-security-type.ts';
import { vncAuthentication } from '../server/security/vnc-authentication.ts';
import { type ServerHandshakeOptions, serverHandshake } from '../server/server-handshake.ts';
import { ClientWatcher, formatWanted, type SeenMessage } from './client-watcher.ts';
import { KeyMask } from './key-mask.ts';
import { RecordingWriter } from './recording-writer.ts';
import { openUpstream, type RelayTap, relay, type Upstream, type UpstreamOptions } from './relay.ts';
import { StreamWatcher } from './stream-watcher.ts';

export interface ProxyOptions extends UpstreamOptions {
  /** What viewers have to know (VNC authentication); default nothing. */
  readonly viewerPassword?: string | undefined;
  /** The file for the n-th viewer's session; default: nothing is recorded. */
  readonly recordTo?: ((viewer: number) => string) | undefined;
  /** Whether typed characters and pasted text are replaced in recordings. */
  readonly maskKeys?: boolean | undefined;
  readonly target?: string | undefined;
  readonly program?: string | undefined;
  /** Told each message of either side. */
  readonly onMessage?: ((message: ProxyMessage) => void) | undefined;
  readonly onViewer?:
    | ((event: { readonly viewer: number; readonly name: string; readonly what: 'comes' | 'leaves' }) => void)
    | undefined;
  readonly onError?: ((viewer: number, error: unknown) => void) | undefined;
}

export type ProxyMessage = { readonly viewer: number } & (
  | { readonly from: 'server'; readonly event: LogEvent }
  | { readonly from: 'client'; readonly message: SeenMessage }
);

/** Sits between viewers and a console: each viewer gets a connection of its own. */
export class ProxyServer implements ViewerServer {
  readonly #address: string;
  readonly #options: ProxyOptions;
  readonly #pipes = new Set<BytePipe>();
  readonly #serving = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #viewers = 0;

  constructor(address: string, options: ProxyOptions = {}) {
    this.#address = address;
    this.#options = options;
  }

  /** How many viewers have come so far. */
  get viewers(): number {
    return this.#viewers;
  }

  async accept(pipe: BytePipe): Promise<void> {
    const viewer = ++this.#viewers;
    this.#pipes.add(pipe);
    this.#options.onViewer?.({ viewer, name: pipe.name, what: 'comes' });
    const serving = this.#serve(viewer, pipe).catch((error) => this.#options.onError?.(viewer, error));
    this.#serving.add(serving);
    await serving;
    this.#serving.delete(serving);
    this.#pipes.delete(pipe);
    this.#options.onViewer?.({ viewer, name: pipe.name, what: 'leaves' });
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the proxy is closed'));
    await Promise.all([...this.#pipes].map((pipe) => pipe.close()));
    await Promise.all(this.#serving);
  }

  async #serve(viewer: number, pipe: BytePipe): Promise<void> {
    const { recordTo, maskKeys, target, program, onMessage, viewerPassword, shared = true, ...options } = this.#options;
    const signal = options.signal ? AbortSignal.any([options.signal, this.#closing.signal]) : this.#closing.signal;
    const taps: RelayTap[] = [];
    const ends: (() => Promise<void>)[] = [];
    let upstream: Upstream | undefined;
    try {
      // Who is not let in causes no connection and no file.
      const welcoming = serverHandshake(new Connection(pipe), welcomeFor(viewerPassword));
      const welcomed = await within(welcoming, { timeoutMs: HANDSHAKE_TIMEOUT_MS, signal, describe: () => SILENT });
      upstream = await openUpstream(this.#address, { ...options, shared: shared && welcomed.shared, signal });
      if (recordTo) {
        const started = new Date().toISOString();
        const name = target ?? upstream.connection.pipe.name;
        const header = { version: 1, started, target: name, program, masked: maskKeys } as const;
        const writer = await RecordingWriter.create(recordTo(viewer), header);
        ends.push(() => writer.close());
        const mask = maskKeys ? new KeyMask(pipe.name) : undefined;
        taps.push({
          server: (bytes) => writer.server(bytes),
          client: async (bytes) => writer.client(mask ? await mask.masked(bytes) : bytes),
        });
      }
      if (onMessage) {
        const { tap, close } = watching(pipe.name, (message) => onMessage({ viewer, ...message }));
        taps.push(tap);
        ends.push(close);
      }
      await relay(welcomed.connection, upstream, allOf(taps));
    } finally {
      await Promise.all([pipe.close(), upstream?.connection.pipe.close()]);
      for (const end of ends) await end();
    }
  }
}

/** Of a viewer, its user's password included. */
const HANDSHAKE_TIMEOUT_MS = 120_000;
const SILENT = 'the viewer did not finish its handshake';

function welcomeFor(password: string | undefined): ServerHandshakeOptions {
  if (password === undefined) return { version: '3.8', security: [offer(none)], secrets: {} };
  return { version: '3.8', security: [offer(vncAuthentication)], secrets: { password } };
}

type Told =
  | { readonly from: 'server'; readonly event: LogEvent }
  | { readonly from: 'client'; readonly message: SeenMessage };

/** Understands both sides, and never gets in the way: what cannot be understood is told once, and passed on all the same. */
function watching(name: string, tell: (told: Told) => void): { readonly tap: RelayTap; close(): Promise<void> } {
  const server = new StreamWatcher(name);
  const client = new ClientWatcher(name);
  const lost = new Set<'server' | 'client'>();
  const give = (from: 'server' | 'client', error: Error) => {
    if (lost.has(from)) return;
    lost.add(from);
    tell({ from: 'server', event: { type: 'closed', error } });
  };
  logReceived(server, server.confirmed, (event) => tell({ from: 'server', event }));
  return {
    tap: {
      async server(bytes) {
        if (!lost.has('server')) await server.feed(bytes).catch((error: Error) => give('server', error));
      },
      async client(bytes) {
        for (const message of await client.take(bytes)) {
          const format = formatWanted(message);
          if (format) server.setPixelFormat(format);
          tell({ from: 'client', message });
        }
        if (client.lost) give('client', client.lost);
      },
    },
    close: async () => {
      await Promise.all([server.close(), client.close()]);
    },
  };
}

function allOf(taps: readonly RelayTap[]): RelayTap {
  return {
    async server(bytes) {
      for (const tap of taps) await tap.server?.(bytes);
    },
    async client(bytes) {
      for (const tap of taps) await tap.client?.(bytes);
    },
  };
}

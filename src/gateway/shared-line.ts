import type { Line } from '../automation/line.ts';
import { type BytePipe, Connection } from '../rfb/protocol/connection.ts';
import { RGBX8888 } from '../rfb/protocol/pixel-format.ts';
import type { Session } from '../rfb/session/session.ts';
import type { ViewerServer } from '../server/listen.ts';
import { createServer, type RfbServer, type ServerOptions } from '../server/server.ts';
import { refuseViewer } from '../server/server-handshake.ts';
import { SharedScreen } from './shared-screen.ts';

/** Below what a viewer waits for a greeting: it is to hear why there is none. */
const RESTORE_TIMEOUT_MS = 8000;

interface Served {
  readonly session: Session;
  readonly server: Promise<RfbServer>;
}

/**
 * A line for viewers: each sees the session's picture, and what it does is passed on. When the session is lost, viewers are
 * hung up on, and the next one to come has it restored.
 */
export class SharedLine implements ViewerServer {
  readonly #line: Line;
  readonly #options: Pick<ServerOptions, 'onViewer' | 'onError'>;
  #served: Served | undefined;

  constructor(line: Line, options: Pick<ServerOptions, 'onViewer' | 'onError'> = {}) {
    this.#line = line;
    this.#options = options;
  }

  /** Resolves when the whole picture is here. */
  async ready(signal?: AbortSignal): Promise<void> {
    await this.#current(signal);
  }

  /** Serves one viewer until it leaves. Never rejects. */
  async accept(pipe: BytePipe): Promise<void> {
    try {
      const server = await this.#current(AbortSignal.timeout(RESTORE_TIMEOUT_MS));
      await server.accept(pipe);
    } catch (error) {
      this.#options.onError?.(error);
      await refuseViewer(new Connection(pipe), error instanceof Error ? error.message : String(error)).catch(() => {});
      await pipe.close();
    }
  }

  async close(): Promise<void> {
    const server = await this.#served?.server.catch(() => undefined);
    await server?.close();
  }

  async #current(signal: AbortSignal = new AbortController().signal): Promise<RfbServer> {
    const { session: last } = this.#line;
    if (last.ended) await this.#line.restored(last, signal);
    const { session } = this.#line;
    if (this.#served?.session !== session) this.#served = { session, server: this.#serve(session) };
    try {
      return await this.#served.server;
    } catch (error) {
      this.#served = undefined;
      throw error;
    }
  }

  async #serve(session: Session): Promise<RfbServer> {
    const scene = await SharedScreen.open(session);
    const server = createServer({
      ...this.#options,
      scene,
      name: session.state.desktopName,
      // The way to a viewer is short: what is not encoded costs least.
      encodings: ['raw'],
      pixelFormat: RGBX8888,
    });
    const hangUp = () => server.close();
    session.once('closed', hangUp);
    if (session.ended) await hangUp();
    return server;
  }
}

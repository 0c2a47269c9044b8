import type { BytePipe } from '../../rfb/protocol/connection.ts';
import { ApiFailure } from './api-failure.ts';

/** A port that waits for its one client. */
export interface ConsolePort {
  readonly port: number;
  /** Connects, and is no more. */
  take(): Promise<BytePipe>;
}

const FIRST_PORT = 5900;
const PORTS = 100;

/** The ports of a node: a hundred, each for one client and a few seconds. */
export class ConsolePorts {
  readonly #open = new Map<number, ConsolePort>();
  readonly #acceptMs: number;

  constructor(acceptMs: number) {
    this.#acceptMs = acceptMs;
  }

  /** @throws ApiFailure when all are taken */
  listen(connect: () => Promise<BytePipe>): ConsolePort {
    const port = Array.from({ length: PORTS }, (_, i) => FIRST_PORT + i).find((number) => !this.#open.has(number));
    if (port === undefined) throw new ApiFailure(500, 'unable to find free port (5900-6000)');
    const close = () => {
      clearTimeout(timer);
      this.#open.delete(port);
    };
    const timer = setTimeout(close, this.#acceptMs).unref();
    const listening: ConsolePort = {
      port,
      take: () => {
        close();
        return connect();
      },
    };
    this.#open.set(port, listening);
    return listening;
  }

  find(port: number): ConsolePort | undefined {
    return this.#open.get(port);
  }
}

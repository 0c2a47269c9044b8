import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerProcess } from './server-process.ts';

/** A running RFB server of the rig, on the loopback. `await using` stops all that belongs to it. */
export interface RfbServer extends AsyncDisposable {
  /** As rfbctl takes it: `127.0.0.1::PORT`, `unix:PATH` or `ws://…`. */
  readonly address: string;
  /** TCP port; 0 where it only has a unix socket. */
  readonly port: number;
  readonly pid: number;
  readonly process: ServerProcess;
  log(): string;
  stop(): Promise<void>;
}

/** Ends several things in order, the last started first, whatever fails on the way. */
export class Owned {
  readonly #things: (AsyncDisposable | Disposable)[] = [];

  add<T extends AsyncDisposable | Disposable>(thing: T): T {
    this.#things.push(thing);
    return thing;
  }

  /** A directory of its own under the system's temporary one, removed at the end. */
  async directory(): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'rfb-rig-'));
    this.add({ [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) });
    return path;
  }

  async stop(): Promise<void> {
    const errors: unknown[] = [];
    for (let thing = this.#things.pop(); thing !== undefined; thing = this.#things.pop()) {
      try {
        if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
        else thing[Symbol.dispose]();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'a server of the rig did not stop cleanly');
  }
}

/** Runs `build`; when it fails, what it had already started is stopped. */
export async function building<T>(build: (owned: Owned) => Promise<T>): Promise<T> {
  const owned = new Owned();
  try {
    return await build(owned);
  } catch (error) {
    await owned.stop();
    throw error;
  }
}

/** The parts every handle has. */
export function rfbServer(owned: Owned, process: ServerProcess, address: string, port: number): RfbServer {
  const stop = () => owned.stop();
  return { address, port, pid: process.pid, process, log: process.log, stop, [Symbol.asyncDispose]: stop };
}

export interface XServerOptions {
  /** Default 800x600. */
  readonly geometry?: `${number}x${number}`;
  /** Default 24. */
  readonly depth?: number;
  /** Given: VncAuth with it (8 characters count). Default: no authentication. */
  readonly password?: string;
  /** Default: a free one. Given: that of a server that was stopped before. */
  readonly port?: number;
  /** More command line arguments for the server. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

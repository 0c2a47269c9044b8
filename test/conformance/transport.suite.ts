import { execFile } from 'node:child_process';
import { createHash, type Hash } from 'node:crypto';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionError } from '../../src/rfb/errors.ts';
import type { BytePipe } from '../../src/rfb/protocol/connection.ts';
import { openAddress } from '../../src/transports/index.ts';
import type { OpenOptions } from '../../src/transports/transport.ts';
import { echo, type PipeServer, type Serve, silent } from '../support/pipe-servers.ts';

export interface TransportCase {
  /** Starts a server of the kind that the transport reaches. */
  readonly serve: (serve: Serve) => Promise<PipeServer>;
  /** An address of it where nothing is. */
  readonly dead: () => Promise<string>;
  /** What it wants to know before it dials. */
  readonly options?: OpenOptions;
  /** Where the first step (TLS, HTTP) never gets an answer; left out where there is none. */
  readonly hangs?: () => Promise<PipeServer>;
  /** The failure shows at the first read: whether a command works is seen by its bytes. */
  readonly failsLate?: true;
}

const MIB = 1024 * 1024;

/** What every transport promises to those above it (transport.ts, connection.ts). */
export function transportSuite(
  name: string,
  { serve, dead, options: deadOptions, hangs, failsLate }: TransportCase,
): void {
  describe(`${name}: the transport contract`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    async function start(handler: Serve): Promise<PipeServer> {
      const server = await serve(handler);
      cleanups.push(server.close);
      return server;
    }

    /** A pipe, and its other end. */
    async function opened(handler: Serve): Promise<{ pipe: BytePipe; peer: Duplex }> {
      let connected: (peer: Duplex) => void = () => {};
      const peer = new Promise<Duplex>((resolve) => {
        connected = resolve;
      });
      const server = await start((end) => {
        handler(end);
        connected(end);
      });
      const { pipe } = await openAddress(server.address, server.options);
      cleanups.push(() => pipe.close());
      return { pipe, peer: await peer };
    }

    test('keeps the order, both ways', async () => {
      const { pipe } = await opened(echo);
      const sent: Buffer[] = [];
      for (let i = 0; i < 200; i++) sent.push(Buffer.alloc(1 + ((i * 37) % 3000), i));
      const total = sent.reduce((sum, { length }) => sum + length, 0);
      const writing = Promise.all(sent.map((bytes) => pipe.write(bytes)));
      expect((await take(pipe, total)).equals(Buffer.concat(sent))).toBe(true);
      await writing;
    });

    test('brings 8 MiB from the server, unharmed', async () => {
      const bytes = pattern(8 * MIB);
      const { pipe } = await opened((peer) => peer.end(bytes));
      const hash = createHash('sha256');
      for await (const chunk of pipe.incoming) hash.update(chunk);
      expect(hash.digest('hex')).toBe(sha256(bytes));
    });

    test('brings 8 MiB to the server, unharmed, and keeps none of what it was given', async () => {
      const bytes = pattern(8 * MIB);
      const hash: Hash = createHash('sha256');
      let got = 0;
      const { pipe } = await opened((peer) =>
        peer.on('data', (chunk: Buffer) => {
          hash.update(chunk);
          got += chunk.length;
          if (got === bytes.length) peer.write(hash.digest());
        }),
      );
      const piece = Buffer.alloc(100_000);
      for (let at = 0; at < bytes.length; at += piece.length) {
        const length = bytes.copy(piece, 0, at);
        await pipe.write(piece.subarray(0, length));
        piece.fill(0);
      }
      expect((await take(pipe, 32)).toString('hex')).toBe(sha256(bytes));
    });

    test('makes a server wait for a slow reader', async () => {
      const bytes = pattern(64 * MIB);
      let sent = 0;
      const { pipe } = await opened((peer) => {
        void (async () => {
          for (let at = 0; at < bytes.length; at += MIB) {
            await new Promise((resolve) => peer.write(bytes.subarray(at, at + MIB), resolve));
            sent = at + MIB;
          }
        })();
      });
      await stalled(() => sent);
      expect(sent).toBeLessThan(48 * MIB);
      expect(
        createHash('sha256')
          .update(await take(pipe, bytes.length))
          .digest('hex'),
      ).toBe(sha256(bytes));
    });

    test('makes the writer wait for a slow server', async () => {
      const { pipe, peer } = await opened((end) => end.pause());
      const bytes = pattern(MIB);
      let sent = 0;
      const writing = (async () => {
        while (sent < 64 * MIB) {
          await pipe.write(bytes);
          sent += MIB;
        }
      })();
      await stalled(() => sent);
      expect(sent).toBeLessThan(48 * MIB);
      peer.resume();
      await writing;
    });

    test('a peer that closes ends what is incoming, after its last bytes', async () => {
      const { pipe } = await opened((peer) => peer.end('goodbye'));
      const chunks: Uint8Array[] = [];
      for await (const chunk of pipe.incoming) chunks.push(chunk);
      expect(Buffer.concat(chunks).toString()).toBe('goodbye');
    });

    test('writing to a peer that has closed is an error soon', async () => {
      const { pipe } = await opened((peer) => peer.end('goodbye'));
      for await (const _ of pipe.incoming);
      const writing = (async () => {
        for (;;) {
          await pipe.write(new Uint8Array(1000));
          await sleep(1);
        }
      })();
      await expect(writing).rejects.toSatisfy(isConnectionError('CONNECTION_LOST'));
    });

    test('close() can be called twice, and ends what is incoming at once', async () => {
      const { pipe } = await opened(silent);
      const reading = (async () => {
        for await (const _ of pipe.incoming);
      })();
      await sleep(20);
      const closing = pipe.close();
      await reading;
      expect(pipe.close()).toBe(closing);
      await closing;
      await pipe.close();
    });

    test('what was written before close() arrives, even while bytes wait unread', async () => {
      let got = '';
      const { pipe, peer } = await opened((end) => {
        end.on('data', (chunk: Buffer) => {
          got += chunk.toString();
        });
        end.write(pattern(MIB));
      });
      await sleep(50);
      await pipe.write(Buffer.from('key released'));
      const ended = new Promise((resolve) => peer.once('end', resolve));
      await pipe.close();
      await ended;
      expect(got).toBe('key released');
    });

    test('write() after close() is refused', async () => {
      const { pipe } = await opened(silent);
      await pipe.close();
      await expect(pipe.write(Uint8Array.of(1))).rejects.toSatisfy(isConnectionError('CLOSED'));
    });

    test('a signal that has been aborted opens nothing', async () => {
      const { address, options } = await start(silent);
      const reason = new Error('too late');
      await expect(openAddress(address, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    test('a signal ends the attempt with its reason', async () => {
      const { address, options } = await start(silent);
      const controller = new AbortController();
      const reason = new Error('changed my mind');
      const opening = openAddress(address, { ...options, signal: controller.signal });
      controller.abort(reason);
      await expect(opening).rejects.toBe(reason);
    });

    test.runIf(hangs !== undefined)('a signal ends the wait for a first answer', async () => {
      const server = await hangs?.();
      if (server === undefined) return;
      cleanups.push(server.close);
      const controller = new AbortController();
      const reason = new Error('waited long enough');
      const opening = openAddress(server.address, { ...server.options, signal: controller.signal });
      setTimeout(() => controller.abort(reason), 50);
      await expect(opening).rejects.toBe(reason);
    });

    test('a signal has no effect on a pipe that is open', async () => {
      const { address, options } = await start(echo);
      const controller = new AbortController();
      const { pipe } = await openAddress(address, { ...options, signal: controller.signal });
      controller.abort();
      await pipe.write(Buffer.from('still here'));
      expect((await take(pipe, 10)).toString()).toBe('still here');
      await pipe.close();
    });

    test('nothing there is a ConnectionError of one line, with its cause', async () => {
      const opening = (async () => {
        const { pipe } = await openAddress(await dead(), deadOptions);
        if (failsLate) for await (const _ of pipe.incoming);
      })();
      const error = await opening.catch((caught: unknown) => caught);
      expect(error).toSatisfy(isConnectionError('CONNECT_FAILED'));
      expect(error).toMatchObject({ phase: 'connect', cause: expect.any(Error) });
      expect((error as Error).message).not.toContain('\n');
    });

    test('nothing keeps the process alive after close()', async () => {
      const { address, options } = await start(echo);
      const script = path.join(import.meta.dirname, '../support/open-and-close.ts');
      const args = ['--import', 'tsx', script, address, JSON.stringify(options)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
      expect(stdout).toBe('echo');
    });
  });
}

function isConnectionError(code: string) {
  return (error: unknown) => error instanceof ConnectionError && error.code === code;
}

/** Exactly the next `length` bytes. */
async function take(pipe: BytePipe, length: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let got = 0;
  for await (const chunk of pipe.incoming) {
    chunks.push(chunk);
    got += chunk.length;
    if (got >= length) break;
  }
  return Buffer.concat(chunks);
}

/** Waits until `count` has stopped growing. */
async function stalled(count: () => number): Promise<void> {
  for (let last = -1, since = performance.now(); performance.now() - since < 400; await sleep(20)) {
    if (count() === last) continue;
    last = count();
    since = performance.now();
  }
}

function pattern(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0, x = 1; i < length; i++) {
    x = (Math.imul(x, 1103515245) + 12345) >>> 0;
    bytes[i] = x >>> 16;
  }
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

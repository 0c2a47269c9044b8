import { setTimeout as sleep } from 'node:timers/promises';
import type { BytePipe } from '../../rfb/protocol/connection.ts';
import { pipePair } from '../../server/pipe-pair.ts';
import { Pty } from './pty.ts';
import { TERM_BUFFER, TermParser } from './term-parser.ts';

export interface TermProxyOptions {
  /** The line that lets a client in: `user:ticket`. */
  readonly credentials: string;
  /** The shell's. */
  readonly command: string;
  /** For that line. */
  readonly loginMs: number;
  /**
   * How what is sent falls into frames: `glued`, OK and the first output in one; `split`, a byte each, so that OK and characters
   * come in pieces.
   */
  readonly framing: 'glued' | 'split';
}

/** termproxy: waits for the ticket, says OK, then a terminal is behind it. The pipe is what pveproxy connects to. */
export function termProxy(options: TermProxyOptions): BytePipe {
  const [near, far] = pipePair({ names: ['termproxy', 'pveproxy'] });
  void serve(near, options).finally(() => near.close());
  return far;
}

const START_SIZE = { columns: 80, rows: 20 };

async function serve(pipe: BytePipe, { credentials, command, loginMs, framing }: TermProxyOptions): Promise<void> {
  const incoming = pipe.incoming[Symbol.asyncIterator]();
  const line = await Promise.race([firstLine(incoming), sleep(loginMs, undefined, { ref: false })]);
  if (line?.text !== credentials) return;
  const pty = new Pty(command, START_SIZE);
  try {
    await Promise.race([fromTerminal(pty, pipe, framing), toTerminal(pty, incoming, line.rest)]);
  } finally {
    pty.close();
  }
}

async function firstLine(incoming: AsyncIterator<Uint8Array>): Promise<{ text: string; rest: Buffer } | undefined> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf('\n');
    if (end >= 0) return { text: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 1) };
    if (bytes.length >= TERM_BUFFER) return undefined;
    const { value, done } = await incoming.next();
    if (done) return undefined;
    bytes = Buffer.concat([bytes, value]);
  }
}

async function fromTerminal(pty: Pty, pipe: BytePipe, framing: 'glued' | 'split'): Promise<void> {
  let greeting = Buffer.from('OK');
  if (framing === 'split') {
    for (const byte of greeting) await pipe.write(Buffer.of(byte));
    greeting = Buffer.alloc(0);
  }
  for await (const chunk of pty.output) {
    if (framing === 'split') for (const byte of chunk) await pipe.write(Buffer.of(byte));
    else await pipe.write(Buffer.concat([greeting, chunk]));
    greeting = Buffer.alloc(0);
  }
}

/** Reads as much at a time as there is room for: what comes while the terminal is slow piles up, and is cut where the room ends. */
async function toTerminal(pty: Pty, incoming: AsyncIterator<Uint8Array>, rest: Buffer): Promise<void> {
  const parser = new TermParser(pty);
  let waiting = rest;
  let ended = false;
  let arrived = () => {};
  const reading = (async () => {
    for (let next = await incoming.next(); !next.done; next = await incoming.next()) {
      waiting = Buffer.concat([waiting, next.value]);
      arrived();
    }
    ended = true;
    arrived();
  })();
  while (!ended || waiting.length > 0) {
    if (waiting.length === 0) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
      continue;
    }
    const read = waiting.subarray(0, parser.free);
    waiting = waiting.subarray(read.length);
    await parser.read(read);
  }
  await reading;
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedPiece, Recording } from '../../src/recording/recording.ts';
import type { Keyframe } from '../../src/recording/rfbrec.ts';
import { colour, Display } from '../../src/server/display.ts';
import { type Listening, serve } from '../../src/server/listen.ts';
import type { Scene } from '../../src/server/scenes/scene.ts';

/** A recording of these pieces. */
export function recordingOf(pieces: readonly RecordedPiece[], keyframes: readonly Keyframe[] = []): Recording {
  return {
    name: 'made by hand',
    format: 'test',
    timed: true,
    hasClient: true,
    keyframes,
    truncated: false,
    async *pieces() {
      yield* pieces;
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

export async function piecesOf(recording: Recording, from?: Keyframe): Promise<RecordedPiece[]> {
  const found: RecordedPiece[] = [];
  for await (const { bytes, ...piece } of recording.pieces(from))
    found.push({ ...piece, bytes: Uint8Array.from(bytes) });
  return found;
}

/** All that one side has sent. */
export async function bytesFrom(recording: Recording, side: 'server' | 'client'): Promise<Buffer> {
  return Buffer.concat((await piecesOf(recording)).filter(({ from }) => from === side).map(({ bytes }) => bytes));
}

/** A console on which bars appear, each of its own colour, until it is closed. */
export async function bars(everyMs: number): Promise<Listening & { readonly display: Display }> {
  const display = new Display(64, 48);
  const scene: Scene = { name: 'bars', display };
  const listening = await serve({ scene });
  let closed = false;
  const drawing = (async () => {
    for (let i = 1; !closed; i++) {
      display.fill(
        { x: (i * 7) % 60, y: (i * 5) % 40, width: 9, height: 11 },
        colour((i * 40) & 255, (i * 90) & 255, i & 255),
      );
      await sleep(everyMs);
    }
  })();
  const close = async () => {
    closed = true;
    await drawing;
    await listening.close();
  };
  return { ...listening, display, close, [Symbol.asyncDispose]: close };
}

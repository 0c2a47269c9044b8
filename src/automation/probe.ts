import { encodings } from '../rfb/protocol/encodings/index.ts';
import { describePixelFormat, type PixelFormat } from '../rfb/protocol/pixel-format.ts';
import { securityTypeName } from '../rfb/protocol/security/index.ts';
import { printable } from '../rfb/protocol/text.ts';
import type { Session, WaitOptions } from '../rfb/session/session.ts';
import { capture } from './capture.ts';

export interface ProbeReport {
  readonly target: string;
  readonly version: string;
  /** As in the server's greeting, for example `3.889`. */
  readonly announcedVersion: string;
  readonly security: {
    readonly used: string;
    readonly offered: readonly { readonly type: number; readonly name: string }[];
  };
  readonly width: number;
  readonly height: number;
  readonly desktopName: string;
  /** What the server announced, not what we asked for. */
  readonly pixelFormat: PixelFormat & { readonly description: string };
  /** `used`: asked for it alone, the server sent rectangles of it. */
  readonly encodings: readonly { readonly name: string; readonly used: boolean; readonly milliseconds: number }[];
  /** `relative`: the guest has a mouse that only knows deltas, and the server said so (QEMU does). */
  readonly pointer: 'absolute' | 'relative';
  /** Pseudo-encodings that the server has shown to know. */
  readonly extensions: readonly string[];
  readonly roundTripMs: number;
  /** What the round trip was measured with. */
  readonly roundTripBy: 'fence' | 'update';
}

const ROUND_TRIPS = 5;

/**
 * Asks for a full picture with each encoding alone and looks at what the server really sends. `timeoutMs` is for each picture.
 * Afterwards the session asks for all encodings.
 */
export async function probe(session: Session, wait: WaitOptions = {}): Promise<ProbeReport> {
  await capture(session, wait);
  const trials = [];
  for (const { name } of encodings) {
    await session.setEncodings({ encodings: [name] }, wait);
    const before = session.state.rectCounts.get(name) ?? 0;
    const started = performance.now();
    await capture(session, wait);
    const milliseconds = round(performance.now() - started);
    trials.push({ name, used: (session.state.rectCounts.get(name) ?? 0) > before, milliseconds });
  }
  await session.setEncodings({}, wait);
  const times: number[] = [];
  for (let i = 0; i < ROUND_TRIPS; i++) {
    const started = performance.now();
    await session.barrier({ signal: wait.signal });
    times.push(performance.now() - started);
  }
  const { version, announcedVersion, securityType, offeredSecurityTypes, server } = session.established;
  const { width, height } = session.framebuffer;
  return {
    target: session.name,
    version,
    announcedVersion,
    security: {
      used: securityType.name,
      offered: offeredSecurityTypes.map((type) => ({ type, name: securityTypeName(type) })),
    },
    width,
    height,
    desktopName: printable(session.state.desktopName),
    pixelFormat: { ...server.pixelFormat, description: describePixelFormat(server.pixelFormat) },
    encodings: trials,
    pointer: session.state.absolutePointer ? 'absolute' : 'relative',
    extensions: [...session.state.confirmed].sort(),
    roundTripMs: round(Math.min(...times)),
    roundTripBy: session.state.confirmed.has('fence') ? 'fence' : 'update',
  };
}

function round(milliseconds: number): number {
  return Number(milliseconds.toFixed(2));
}

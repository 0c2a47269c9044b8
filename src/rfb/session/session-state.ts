import type { PixelFormat } from '../protocol/pixel-format.ts';
import type { ProtocolVersion } from '../protocol/protocol-version.ts';
import type { Cursor, LedState, Screen } from '../protocol/pseudo-encodings/pseudo-encoding.ts';
import type { SecurityTypeInfo } from '../protocol/security/security-type.ts';

/** What the handshake has settled. */
export interface Negotiated {
  readonly version: ProtocolVersion;
  /** The version in the server's greeting, as numbers: `3.889`. */
  readonly announcedVersion: string;
  readonly securityType: SecurityTypeInfo;
  /** All that the server offered, by number. */
  readonly offeredSecurityTypes: readonly number[];
  readonly server: ServerInit;
}

/** ServerInit, RFC 6143 §7.3.2: how things were at the start. */
export interface ServerInit {
  readonly width: number;
  readonly height: number;
  readonly pixelFormat: PixelFormat;
  readonly name: string;
}

/** What the server has told since. */
export interface SessionState {
  /** In which it sends pixels: the one that it was told. */
  readonly pixelFormat: PixelFormat;
  readonly desktopName: string;
  /** The text of the last ServerCutText: what was copied on the server last, as far as it has told. */
  readonly clipboard: string | undefined;
  readonly cursor: Cursor | undefined;
  readonly ledState: LedState | undefined;
  /** ExtendedDesktopSize: empty until the server has told. */
  readonly screens: readonly Screen[];
  /** QEMU Pointer Motion Change: false where pointer events are read as movements. */
  readonly absolutePointer: boolean;
  /** Names of the pseudo-encodings that the server has shown to know. */
  readonly confirmed: ReadonlySet<string>;
  /** How many rectangles each encoding has painted. */
  readonly rectCounts: ReadonlyMap<string, number>;
  /** FramebufferUpdates that have arrived whole. */
  readonly updateCount: number;
}

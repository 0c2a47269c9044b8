import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { PixelReader } from '../pixel-reader.ts';
import type { Rect } from '../rect.ts';

/** A pseudo-encoding, RFC 6143 §7.8 and rfbproto. One file each, one line in index.ts. */
export interface PseudoEncoding {
  /** The number on the wire. */
  readonly type: number;
  /** What `probe` calls it. */
  readonly name: string;
  /** Offered only when the server shall not paint the pointer itself. */
  readonly cursor?: true;
  /**
   * Reads the pseudo-rectangle's payload and tells the session. Left out where the server never sends one
   * (it answers with messages of its own instead).
   */
  apply?(reader: ByteReader, rect: Rect, session: PseudoEncodingTarget): Promise<void>;
}

/** What pseudo-rectangles tell a session. */
export interface PseudoEncodingTarget {
  readonly pixels: PixelReader;
  /** DesktopSize and ExtendedDesktopSize: the framebuffer has a new size. */
  resize(width: number, height: number): void;
  /** ExtendedDesktopSize: the screens, and whether this answers our SetDesktopSize. */
  setScreens(screens: readonly Screen[], answer: DesktopSizeAnswer): void;
  /** LastRect: no further rectangle in this update. */
  endUpdate(): void;
  setCursor(cursor: Cursor): void;
  setDesktopName(name: string): void;
  setLedState(state: LedState): void;
  /** QEMU pointer motion change: whether pointer events are absolute positions. */
  setAbsolutePointer(absolute: boolean): void;
  /** The server has shown that it understands the pseudo-encoding of this name. */
  confirm(name: string): void;
}

/** SCREEN, rfbproto "ExtendedDesktopSize Pseudo-encoding". */
export interface Screen extends Rect {
  readonly id: number;
  readonly flags: number;
}

/** Why an ExtendedDesktopSize came, and for reason `client` what became of the request. */
export interface DesktopSizeAnswer {
  readonly reason: 'server' | 'client' | 'other-client';
  /** 0 is success; see rfbproto for 1 to 4. */
  readonly status: number;
}

/** A pointer shape. Zero-sized when hidden. `rgba` is straight (not premultiplied) alpha, rows top-down. */
export interface Cursor {
  readonly width: number;
  readonly height: number;
  readonly hotspotX: number;
  readonly hotspotY: number;
  readonly rgba: Uint8Array;
}

export interface LedState {
  readonly scrollLock: boolean;
  readonly numLock: boolean;
  readonly capsLock: boolean;
}

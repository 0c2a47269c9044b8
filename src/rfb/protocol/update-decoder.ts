import type { ByteReader } from '../bytes/byte-reader.ts';
import type { ReceiveBuffers } from './connection.ts';
import type { DecodeTarget } from './encodings/encoding.ts';
import type { PseudoEncoding, PseudoEncodingTarget } from './pseudo-encodings/pseudo-encoding.ts';
import type { Rect } from './rect.ts';

export const decoderNames = ['core', 'reference'] as const;

/** `core` is WebAssembly, `reference` plain TypeScript. */
export type DecoderName = (typeof decoderNames)[number];

/** Reads FramebufferUpdates (RFC 6143 §7.6.1) and paints them. One for a connection: zlib streams belong to it. */
export interface UpdateDecoder {
  readonly name: DecoderName;
  /** Room for the pixels of the framebuffer that it shall paint into; all of them are 0. */
  readonly allocate: (length: number) => Uint32Array;
  /** Where it reads from without copying: for `BytePipe.receiveInto`, once there is a framebuffer. */
  readonly receiveBuffers?: ReceiveBuffers;
  /** Reads what follows the message-type byte. Nothing is to be awaited where all of it is here. */
  receive(reader: ByteReader, target: UpdateTarget): Promise<void> | undefined;
  /** Frees what the garbage collector does not. */
  close(): void;
}

/** What updates tell a session, in wire order. */
export interface UpdateTarget extends DecodeTarget, PseudoEncodingTarget {
  /** A FramebufferUpdate begins. */
  beginUpdate(): void;
  /** Whether LastRect has ended the current update. */
  readonly updateEnded: boolean;
  /** Whether `painted` is wanted: that so many are counted will do otherwise. */
  readonly watched: boolean;
  /** A rectangle is in the framebuffer; the picture is consistent only at `finishUpdate`. */
  painted(rect: Rect, encoding: string): void;
  /** So many rectangles are in the framebuffer, of so many pixels in all. */
  counted(rectCount: number, pixelCount: number, encoding: string): void;
  /** Looked at between rectangles: whether `breathe` must come before the next. */
  readonly breathless: boolean;
  /** Gives others a turn, as there was much to paint. Throws when the session is over. */
  breathe(): Promise<void>;
  finishUpdate(): void;
  pseudoEncoding(type: number): PseudoEncoding | undefined;
}

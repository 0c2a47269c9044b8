import type { ByteReader } from '../../../bytes/byte-reader.ts';
import type { RectDecoder } from '../../encodings/encoding.ts';
import type { Framebuffer } from '../../framebuffer.ts';
import type { PseudoEncoding, PseudoEncodingTarget } from '../../pseudo-encodings/pseudo-encoding.ts';
import type { Rect } from '../../rect.ts';
import type { Fence } from '../fence.ts';

/** A message that a server sends. One file each, one line in index.ts. */
export interface ServerMessage {
  /** The message-type byte. */
  readonly type: number;
  readonly name: string;
  /** Reads what follows the message-type byte and tells the session. */
  receive(reader: ByteReader, session: ServerMessageTarget): Promise<void>;
}

/** What server messages tell a session. */
export interface ServerMessageTarget extends PseudoEncodingTarget {
  readonly framebuffer: Framebuffer;
  decoder(type: number): { readonly name: string; readonly decoder: RectDecoder } | undefined;
  pseudoEncoding(type: number): PseudoEncoding | undefined;
  /** A FramebufferUpdate begins. */
  beginUpdate(): void;
  /** Whether LastRect has ended the current update. */
  readonly updateEnded: boolean;
  painted(rect: Rect, encoding: string): void;
  /** Called after each rectangle: gives others a turn when there was much to paint. Throws when the session is over. */
  breathe(): Promise<void>;
  finishUpdate(): void;
  setColourMapEntry(index: number, red: number, green: number, blue: number): void;
  colourMapChanged(): void;
  bell(): void;
  cutText(text: string): void;
  fence(fence: Fence): Promise<void>;
}

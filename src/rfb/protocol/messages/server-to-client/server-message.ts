import type { ByteReader } from '../../../bytes/byte-reader.ts';
import type { UpdateDecoder, UpdateTarget } from '../../update-decoder.ts';
import type { ClipboardMessage } from '../clipboard-message.ts';
import type { Fence } from '../fence.ts';

/** A message that a server sends. One file each, one line in index.ts. */
export interface ServerMessage {
  /** The message-type byte. */
  readonly type: number;
  readonly name: string;
  /** Reads what follows the message-type byte and tells the session. Nothing is to be awaited where all of it is here. */
  receive(reader: ByteReader, session: ServerMessageTarget): Promise<void> | undefined;
}

/** What server messages tell a session. */
export interface ServerMessageTarget extends UpdateTarget {
  /** What reads FramebufferUpdates. */
  readonly updates: UpdateDecoder;
  setColourMapEntry(index: number, red: number, green: number, blue: number): void;
  colourMapChanged(): void;
  bell(): void;
  cutText(text: string): void;
  clipboardMessage(message: ClipboardMessage): Promise<void>;
  fence(fence: Fence): Promise<void>;
}

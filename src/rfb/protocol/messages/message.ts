import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { ByteWriter } from '../../bytes/byte-writer.ts';

/** A message that a client sends: both directions, so that servers, recorders and tests share one definition. */
export interface ClientMessage<T> {
  /** The message-type byte. */
  readonly type: number;
  readonly name: string;
  /** Appends the whole message, message-type included. */
  write(out: ByteWriter, message: T): void;
  /** Reads what follows the message-type byte. */
  read(reader: ByteReader): Promise<T>;
}

export const defineMessage = <T>(message: ClientMessage<T>): ClientMessage<T> => message;

import { ByteReader } from '../rfb/bytes/byte-reader.ts';
import { clientMessages } from '../rfb/protocol/messages/client-to-server/index.ts';
import { setPixelFormat } from '../rfb/protocol/messages/client-to-server/set-pixel-format.ts';
import type { PixelFormat } from '../rfb/protocol/pixel-format.ts';
import { FedPipe } from './fed-pipe.ts';

/** A message of a client, with all of its bytes; parts of the handshake have no name. */
export interface SeenMessage {
  readonly type: number | undefined;
  readonly name: string;
  /** As the message's `read` gives it. */
  readonly content: unknown;
  readonly bytes: Uint8Array;
}

/** Cuts what a client sends to somebody else into messages. */
export class ClientWatcher {
  readonly #pipe: FedPipe;
  readonly #reader: ByteReader;
  #unread: Buffer = Buffer.alloc(0);
  #cut = 0;
  #seen: SeenMessage[] = [];
  #lost: Error | undefined;

  /** Its stream begins with ProtocolVersion, or behind ClientInit. */
  constructor(name: string, begins: 'version' | 'messages' = 'version') {
    this.#pipe = new FedPipe(name);
    this.#reader = new ByteReader(this.#pipe.incoming);
    this.#read(begins).catch((error: Error) => {
      this.#lost = error;
      this.#unread = Buffer.alloc(0);
      void this.#pipe.close();
    });
  }

  /** Why nothing is understood any more: a message that is unknown, or beyond every limit. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** The messages that are whole with these bytes. */
  async take(bytes: Uint8Array): Promise<readonly SeenMessage[]> {
    if (this.#lost) return [];
    this.#unread = Buffer.concat([this.#unread, bytes]);
    await this.#pipe.feed(bytes);
    const seen = this.#seen;
    this.#seen = [];
    return seen;
  }

  async close(): Promise<void> {
    await this.#pipe.close();
  }

  async #read(begins: 'version' | 'messages'): Promise<never> {
    const reader = this.#reader;
    if (begins === 'version') {
      await reader.need(12);
      const version = Buffer.from(reader.view(12)).toString('latin1');
      this.#saw(undefined, 'ProtocolVersion', version.trim());
      if (version >= 'RFB 003.007') await this.#byte('SecurityType');
      await this.#byte('ClientInit');
    }
    const messages = new Map<number, (typeof clientMessages)[number]>(clientMessages.map((each) => [each.type, each]));
    for (;;) {
      await reader.need(1);
      const type = reader.u8();
      const message = messages.get(type);
      if (!message) throw new Error(`client message ${type} is unknown`);
      this.#saw(type, message.name, await message.read(reader));
    }
  }

  async #byte(name: string): Promise<void> {
    await this.#reader.need(1);
    this.#saw(undefined, name, this.#reader.u8());
  }

  #saw(type: number | undefined, name: string, content: unknown): void {
    const length = this.#reader.offset - this.#cut;
    this.#cut = this.#reader.offset;
    this.#seen.push({ type, name, content, bytes: this.#unread.subarray(0, length) });
    this.#unread = this.#unread.subarray(length);
  }
}

/** The pixel format that a message asks for. */
export function formatWanted({ type, content }: SeenMessage): PixelFormat | undefined {
  return type === setPixelFormat.type ? (content as PixelFormat) : undefined;
}

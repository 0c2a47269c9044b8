import { EventEmitter } from 'node:events';
import { Connection } from '../rfb/protocol/connection.ts';
import { Framebuffer } from '../rfb/protocol/framebuffer.ts';
import type { PixelFormat } from '../rfb/protocol/pixel-format.ts';
import { PixelReader } from '../rfb/protocol/pixel-reader.ts';
import { createUpdateDecoder } from '../rfb/session/create-update-decoder.ts';
import { Receiver, type SessionEvents } from '../rfb/session/receiver.ts';
import type { ServerInit } from '../rfb/session/session-state.ts';
import { cannedHandshake } from './canned-handshake.ts';
import { FedPipe } from './fed-pipe.ts';

/**
 * Draws what a server sends to somebody else. It is fed the server's bytes, and told when the client asked for another pixel
 * format; it never says a word.
 */
export class StreamWatcher extends EventEmitter<SessionEvents> {
  readonly #pipe: FedPipe;
  readonly #reading: Promise<void>;
  #receiver: Receiver | undefined;
  #wantedFormat: PixelFormat | undefined;
  #inUpdate = false;
  #error: Error | undefined;

  /** With `init` the stream begins after ServerInit, else with ProtocolVersion; `security` is what the client chose, if not None. */
  constructor(
    name: string,
    { init, security }: { readonly init?: ServerInit | undefined; readonly security?: number | undefined } = {},
  ) {
    super();
    this.#pipe = new FedPipe(name);
    this.on('updateBegin', () => {
      this.#inUpdate = true;
      this.#applyFormat();
    })
      .on('update', () => {
        this.#inUpdate = false;
      })
      .on('message', () => {
        for (const name of this.#receiver?.confirmed ?? []) this.confirmed.add(name);
      });
    this.#reading = this.#read(init, security).catch((error: Error) => {
      this.#error = error;
      void this.#pipe.close();
    });
  }

  /** Undefined until ServerInit has come. */
  get framebuffer(): Framebuffer | undefined {
    return this.#receiver?.framebuffer;
  }

  /** Names of the extensions that the server has confirmed. */
  readonly confirmed = new Set<string>();

  get desktopName(): string {
    return this.#receiver?.desktopName ?? '';
  }

  get pixelFormat(): PixelFormat | undefined {
    return this.#wantedFormat ?? this.#receiver?.pixelFormat;
  }

  /** Whether the picture is whole: no update is half here. */
  get whole(): boolean {
    return this.#receiver !== undefined && !this.#inUpdate;
  }

  /** Resolves when all that can be drawn of it is drawn. @throws ProtocolError: what the server sent makes no sense */
  async feed(bytes: Uint8Array): Promise<void> {
    await this.#pipe.feed(bytes);
    if (this.#error) throw this.#error;
  }

  /** The client has asked for it: the next update that begins is in it. */
  setPixelFormat(format: PixelFormat): void {
    this.#wantedFormat = format;
  }

  async close(): Promise<void> {
    await this.#pipe.close();
    await this.#reading;
    this.#receiver?.close();
  }

  async #read(init: ServerInit | undefined, security: number | undefined): Promise<void> {
    const updates = await createUpdateDecoder();
    let connection = new Connection(this.#pipe);
    let server = init;
    if (server === undefined) {
      const established = await cannedHandshake(connection, security);
      connection = established.connection;
      server = established.negotiated.server;
    }
    const { width, height, name, pixelFormat } = server;
    this.#receiver = new Receiver(
      {
        updates,
        framebuffer: new Framebuffer(width, height, updates.allocate),
        pixels: new PixelReader(pixelFormat),
        desktopName: name,
      },
      this,
      async () => {},
      async (message) => {
        if (message.action === 'provide' && message.text !== undefined) this.#receiver?.cutText(message.text);
      },
    );
    await this.#receiver.run(connection);
  }

  #applyFormat(): void {
    if (this.#wantedFormat === undefined || this.#receiver === undefined) return;
    this.#receiver.pixels = new PixelReader(this.#wantedFormat);
    this.#wantedFormat = undefined;
  }
}

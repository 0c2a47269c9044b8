import { Coverage } from '../automation/coverage.ts';
import { Connection } from '../rfb/protocol/connection.ts';
import type { EncodingName } from '../rfb/protocol/encodings/index.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { Session, type SessionOptions } from '../rfb/session/session.ts';
import { pipePair } from '../server/pipe-pair.ts';
import { none } from '../server/security/none.ts';
import { offer } from '../server/security/server-security-type.ts';
import { serverHandshake } from '../server/server-handshake.ts';
import { RecordingWriter } from './recording-writer.ts';
import { openUpstream, type RelayTap, relay, type UpstreamOptions } from './relay.ts';

export interface RecordOptions extends UpstreamOptions, Pick<SessionOptions, 'encodings' | 'pixelFormat' | 'cursor'> {
  /** How far apart keyframes are at least, in milliseconds; default 10 000. */
  readonly keyframeMs?: number | undefined;
  /** What the recording says it is of; default what the server calls itself. */
  readonly target?: string | undefined;
  readonly program?: string | undefined;
}

/**
 * Those without state from one rectangle to the next, and that do not copy: after a keyframe nothing before it is needed. The
 * file compresses them as well as Zlib would have.
 */
export const SEEKABLE_ENCODINGS = ['trle', 'hextile', 'rre', 'raw'] as const satisfies readonly EncodingName[];

const DEFAULT_KEYFRAME_MS = 10_000;

/** A console that is being watched, and a file that is being written. */
export class Recorder implements AsyncDisposable {
  readonly session: Session;
  readonly #writer: RecordingWriter;
  readonly #relaying: Promise<void>;
  readonly #keyframeMs: number;
  readonly #seekable: boolean;
  /** Where in the server's stream the next message begins. */
  #offset: number;
  #changed = false;
  #lastKeyframeMs = 0;
  /** The keyframe that is arriving. */
  #keyframe: { offset: number | undefined; coverage: Coverage } | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Connects, and records from then on.
   * @throws as `connect` · ActionError `OUTPUT_FAILED`
   */
  static async start(address: string, file: string, options: RecordOptions = {}): Promise<Recorder> {
    const upstream = await openUpstream(address, options);
    let writer: RecordingWriter;
    try {
      writer = await RecordingWriter.create(file, {
        version: 1,
        started: new Date().toISOString(),
        target: options.target ?? upstream.connection.pipe.name,
        program: options.program,
      });
    } catch (error) {
      await upstream.connection.pipe.close();
      throw error;
    }
    let handshakeLength: number | undefined;
    const [viewer, ours] = pipePair({ names: ['recorder', upstream.connection.pipe.name] });
    const tap: RelayTap = {
      server: (bytes) => {
        handshakeLength ??= bytes.length;
        return writer.server(bytes);
      },
      client: (bytes) => writer.client(bytes),
    };
    const relaying = serverHandshake(new Connection(viewer), {
      version: '3.8',
      security: [offer(none)],
      secrets: {},
    }).then(({ connection }) => relay(connection, upstream, tap));
    relaying.catch(() => {});
    const encodings = options.encodings ?? SEEKABLE_ENCODINGS;
    try {
      const session = await Session.open(ours, { ...options, credentials: {}, security: ['none'], encodings });
      return new Recorder(session, writer, relaying, handshakeLength ?? 0, options, encodings);
    } catch (error) {
      await Promise.all([viewer.close(), upstream.connection.pipe.close()]);
      await relaying.catch(() => {});
      await writer.close();
      throw error;
    }
  }

  private constructor(
    session: Session,
    writer: RecordingWriter,
    relaying: Promise<void>,
    offset: number,
    { keyframeMs = DEFAULT_KEYFRAME_MS }: RecordOptions,
    encodings: readonly EncodingName[],
  ) {
    this.session = session;
    this.#writer = writer;
    this.#relaying = relaying;
    this.#keyframeMs = keyframeMs;
    this.#seekable = encodings.every((name) => (SEEKABLE_ENCODINGS as readonly string[]).includes(name));
    this.#offset = offset;
    session
      .on('message', (_name, length) => {
        this.#offset += length;
      })
      .on('updateBegin', () => {
        if (this.#keyframe) this.#keyframe.offset ??= this.#offset;
      })
      .on('painted', (rect) => this.#painted(rect))
      .on('resize', () => {
        if (this.#keyframe) this.#beginKeyframe();
        this.#request(false);
      })
      .on('update', () => this.#updated());
    this.#beginKeyframe();
    this.#request(false);
  }

  /** How far it is, in milliseconds. */
  get elapsedMs(): number {
    return this.#writer.elapsedMs;
  }

  /** Bytes that came from the server. */
  get serverBytes(): number {
    return this.#writer.serverBytes;
  }

  /**
   * Ends the recording: the file is whole then. Idempotent.
   * @throws what the file or the relay failed by
   */
  async close(): Promise<void> {
    this.#closed ??= this.#end();
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(): Promise<void> {
    await this.session.close();
    try {
      await this.#relaying;
    } finally {
      await this.#writer.close();
    }
  }

  #painted(rect: Rect): void {
    this.#changed = true;
    if (this.#keyframe?.offset !== undefined) this.#keyframe.coverage.add(rect);
  }

  #updated(): void {
    const arriving = this.#keyframe;
    if (arriving?.offset !== undefined && arriving.coverage.complete) {
      const { width, height } = this.session.framebuffer;
      const { desktopName: name, pixelFormat } = this.session.state;
      this.#keyframe = undefined;
      this.#changed = false;
      this.#lastKeyframeMs = this.elapsedMs;
      if (this.#seekable) void this.#writer.keyframe({ offset: arriving.offset, width, height, name, pixelFormat });
    }
    const due = this.#seekable && this.#changed && this.elapsedMs - this.#lastKeyframeMs >= this.#keyframeMs;
    // TigerVNC may answer a full request with news of the screen only: whatever comes, an incremental one follows.
    const begins = due && this.#keyframe === undefined;
    if (begins) this.#beginKeyframe();
    this.#request(!begins);
  }

  #beginKeyframe(): void {
    const { framebuffer } = this.session;
    this.#keyframe = { offset: undefined, coverage: new Coverage(framebuffer.width, framebuffer.bounds) };
  }

  #request(incremental: boolean): void {
    this.session.requestUpdate(this.session.framebuffer.bounds, incremental).catch(() => {});
  }
}

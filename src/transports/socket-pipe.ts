import type { OnReadOpts, Socket } from 'node:net';
import type { BytePipe, ReceiveBuffers } from '../rfb/protocol/connection.ts';
import { type Intake, StreamPipe, type StreamPipeOptions } from './stream-pipe.ts';

type PipeFacts = Pick<StreamPipeOptions, 'name' | 'host' | 'confidential'>;

const CHUNK_LENGTH = 64 * 1024;

/** A plain socket (TCP, unix) as a byte pipe that can receive into memory of the receiver's choice. */
export class SocketPipe extends StreamPipe implements BytePipe {
  readonly #intake: SocketIntake;

  /** `dial` passes its argument to `net.connect`. */
  static async open(about: PipeFacts, dial: (onread: OnReadOpts) => Promise<Socket>): Promise<SocketPipe> {
    const intake = new SocketIntake();
    intake.socket = await dial(intake.onread);
    return new SocketPipe(about, intake.socket, intake);
  }

  private constructor(about: PipeFacts, socket: Socket, intake: SocketIntake) {
    super({ ...about, readable: socket, writable: socket, intake });
    this.#intake = intake;
  }

  receiveInto(buffers: ReceiveBuffers): void {
    this.#intake.buffers = buffers;
  }
}

/** At most one chunk is ready while another is being read by whoever took it: beyond that the socket is paused. */
class SocketIntake implements Intake {
  readonly onread: OnReadOpts = {
    buffer: () => this.#nextBuffer(),
    callback: (length, buffer) => this.#arrived(buffer.subarray(0, length)),
  };
  socket: Socket | undefined;
  buffers: ReceiveBuffers | undefined;
  onReady: () => void = () => {};
  #turn: 0 | 1 = 0;
  readonly #ready: Uint8Array[] = [];
  #taken = false;
  #dropping = false;

  /** Gives the chunk of before back. */
  take(): Uint8Array | null {
    const paused = this.#full;
    const chunk = this.#ready.shift() ?? null;
    this.#taken = chunk !== null;
    if (paused && !this.#full) this.socket?.resume();
    return chunk;
  }

  drop(): void {
    this.#dropping = true;
    this.#ready.length = 0;
    this.socket?.resume();
  }

  get #full(): boolean {
    return this.#ready.length + (this.#taken ? 1 : 0) >= 2;
  }

  /** Asked for after each chunk. Of two in turns, the next one has been given back, or will be before the socket goes on. */
  #nextBuffer(): Uint8Array {
    const buffers = this.buffers?.();
    if (!buffers) return Buffer.allocUnsafeSlow(CHUNK_LENGTH);
    this.#turn = this.#turn === 0 ? 1 : 0;
    return buffers[this.#turn];
  }

  #arrived(chunk: Uint8Array): boolean {
    if (this.#dropping) return true;
    this.#ready.push(chunk);
    this.onReady();
    return !this.#full;
  }
}

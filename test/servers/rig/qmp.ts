import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** QEMU's machine protocol over its unix socket: one command at a time. */
export class Qmp implements Disposable {
  readonly #socket: Socket;
  #answer: ((message: Record<string, unknown>) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface(socket).on('line', (line) => {
      const message = JSON.parse(line) as Record<string, unknown>;
      if ('return' in message || 'error' in message) this.#answer?.(message);
    });
    socket.on('close', () => this.#answer?.({ error: 'QEMU closed its monitor' }));
  }

  static async connect(path: string): Promise<Qmp> {
    const socket = createConnection(path);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    socket.on('error', () => {});
    const qmp = new Qmp(socket);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#answer = (message) => {
        this.#answer = undefined;
        if ('error' in message) reject(new Error(`QMP ${command}: ${JSON.stringify(message.error)}`));
        else resolve(message.return);
      };
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: args })}\n`);
    });
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}

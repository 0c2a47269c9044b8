import type { Credentials, CredentialsProvider } from '../../rfb/protocol/security/security-type.ts';
import type { FromKeeper, KeepTask, ToKeeper } from './keeper-messages.ts';

/** The keeper's way to the command that has started it, which goes away as soon as the session is open. */
export class Channel {
  readonly #abandoned = new AbortController();
  readonly #known: Record<string, unknown> = {};
  readonly #task: Promise<KeepTask>;
  #answered: ((credentials: Credentials) => void) | undefined;

  constructor() {
    this.#task = new Promise((resolve, reject) => {
      process.on('message', (message: ToKeeper) => {
        if (message.type === 'keep') resolve(message.task);
        else this.#answered?.(message.credentials);
      });
      process.on('disconnect', this.#onDisconnect);
      this.abandoned.addEventListener('abort', () => reject(this.abandoned.reason));
    });
  }

  /** Aborts when the command is gone before the session was open. */
  get abandoned(): AbortSignal {
    return this.#abandoned.signal;
  }

  task(): Promise<KeepTask> {
    return this.#task;
  }

  /** Each of them is asked for once: a connection that is restored later on finds nobody to ask. */
  readonly credentials: CredentialsProvider = async (wanted) => {
    const missing = wanted.filter((field) => !(field in this.#known));
    if (missing.length > 0 && process.connected) {
      const answer = new Promise<Credentials>((resolve, reject) => {
        this.#answered = resolve;
        this.abandoned.addEventListener('abort', () => reject(this.abandoned.reason));
      });
      await this.tell({ type: 'ask', wanted: missing });
      Object.assign(this.#known, await answer);
    }
    return this.#known;
  };

  async tell(message: FromKeeper): Promise<void> {
    if (process.connected) await new Promise<void>((resolve) => process.send?.(message, () => resolve()));
  }

  /** From here on the keeper is on its own. */
  close(): void {
    process.off('disconnect', this.#onDisconnect);
    if (process.connected) process.disconnect();
  }

  readonly #onDisconnect = () => this.#abandoned.abort(new Error('the command that opens the session is gone'));
}

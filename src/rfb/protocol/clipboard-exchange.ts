import { MAX_CUT_TEXT } from './limits.ts';
import { CLIPBOARD_TEXT, type ClipboardAction, type ClipboardMessage } from './messages/clipboard-message.ts';
import { encodeText } from './text.ts';

export interface ClipboardPeer {
  send(message: ClipboardMessage): Promise<void>;
  /** The other side's text. */
  received(text: string): void | Promise<void>;
  /** Whether the other side has a text; it follows. */
  notified(hasText: boolean): void;
  /** The text that was offered was sent. */
  taken(): void;
}

const ACTIONS: readonly ClipboardAction[] = ['request', 'peek', 'notify', 'provide'];

/** What we say of ourselves. */
export const OWN_CAPS: ClipboardMessage = {
  action: 'caps',
  formats: CLIPBOARD_TEXT,
  actions: ACTIONS,
  maxTextLength: MAX_CUT_TEXT,
};

/**
 * Extended Clipboard, rfbproto: one side of it, that of a client or a server. Either tells the other of its texts, and sends them when
 * it is asked. Ours is asked for whatever the other side tells of.
 */
export class ClipboardExchange {
  readonly #peer: ClipboardPeer;
  #caps: Extract<ClipboardMessage, { action: 'caps' }> | undefined;
  #offered: string | undefined;

  constructor(peer: ClipboardPeer) {
    this.#peer = peer;
  }

  /** Whether the other side has said what it understands, texts among it. */
  get known(): boolean {
    return this.#caps !== undefined && (this.#caps.formats & CLIPBOARD_TEXT) !== 0;
  }

  /** Whether the other side has said that it understands this. */
  understands(action: ClipboardAction): boolean {
    return this.#caps?.actions.includes(action) ?? false;
  }

  async receive(message: ClipboardMessage): Promise<void> {
    switch (message.action) {
      case 'caps':
        this.#caps = message;
        break;
      case 'notify': {
        const hasText = (message.formats & CLIPBOARD_TEXT) !== 0;
        this.#peer.notified(hasText);
        if (hasText && this.understands('request')) {
          await this.#peer.send({ action: 'request', formats: CLIPBOARD_TEXT });
        }
        break;
      }
      case 'provide':
        if (message.text !== undefined) await this.#peer.received(message.text);
        break;
      case 'request':
        if (this.#offered === undefined || (message.formats & CLIPBOARD_TEXT) === 0) break;
        await this.#peer.send({ action: 'provide', text: this.#offered });
        this.#peer.taken();
        break;
      case 'peek':
        await this.#peer.send({ action: 'notify', formats: this.#offered === undefined ? 0 : CLIPBOARD_TEXT });
        break;
    }
  }

  /** Offers a text, in place of the one before; true when it was sent, false when the other side is to ask for it. */
  async offer(text: string): Promise<boolean> {
    this.#offered = text;
    const length = encodeText(text.replaceAll('\n', '\r\n')).length + 1;
    if (this.understands('provide') && length <= (this.#caps?.maxTextLength ?? 0)) {
      await this.#peer.send({ action: 'provide', text });
      return true;
    }
    await this.#peer.send({ action: 'notify', formats: CLIPBOARD_TEXT });
    return false;
  }

  /** Asks for the other side's text: it is told whether there is one by who understands both, else only that there is. */
  async ask(): Promise<void> {
    if (this.understands('peek') && this.understands('notify')) await this.#peer.send({ action: 'peek', formats: 0 });
    else if (this.understands('request')) await this.#peer.send({ action: 'request', formats: CLIPBOARD_TEXT });
  }
}

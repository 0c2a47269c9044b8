import { ByteWriter } from '../rfb/bytes/byte-writer.ts';
import { type CutText, clientCutText } from '../rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { type KeyEvent, keyEvent } from '../rfb/protocol/messages/client-to-server/key-event.ts';
import {
  type QemuExtendedKeyEvent,
  qemuExtendedKeyEvent,
} from '../rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { ClientWatcher, type SeenMessage } from './client-watcher.ts';

const ASTERISK = 0x2a;
/** The key 8, on which it is. */
const ASTERISK_SCANCODE = 0x09;

/** Keysyms of characters; what names of keys have (Return, F1, Shift) is not secret. */
const isCharacter = (keysym: number) => keysym < 0xfe00 || keysym > 0xffff || (keysym >= 0xff80 && keysym <= 0xffbd);

/** Replaces what was typed and pasted: each character by an asterisk. What it does not understand it leaves out. */
export class KeyMask {
  readonly #watcher: ClientWatcher;

  constructor(name: string) {
    this.#watcher = new ClientWatcher(name);
  }

  /** The messages that are whole with these bytes, masked. */
  async masked(bytes: Uint8Array): Promise<Uint8Array> {
    const messages = await this.#watcher.take(bytes);
    return Buffer.concat(messages.map(masked));
  }
}

function masked({ type, content, bytes }: SeenMessage): Uint8Array {
  const out = new ByteWriter();
  switch (type) {
    case keyEvent.type: {
      const event = content as KeyEvent;
      keyEvent.write(out, isCharacter(event.keysym) ? { ...event, keysym: ASTERISK } : event);
      return out.take();
    }
    case qemuExtendedKeyEvent.type: {
      const event = content as QemuExtendedKeyEvent;
      const secret = { ...event, keysym: ASTERISK, xtScancode: ASTERISK_SCANCODE };
      qemuExtendedKeyEvent.write(out, isCharacter(event.keysym) ? secret : event);
      return out.take();
    }
    case clientCutText.type:
      clientCutText.write(out, maskedText(content as CutText));
      return out.take();
    default:
      return bytes;
  }
}

function maskedText(content: CutText): CutText {
  if (content instanceof Uint8Array) return new Uint8Array(content.length).fill(ASTERISK);
  return content.action === 'provide' ? { ...content, text: content.text?.replace(/[^\n]/gu, '*') } : content;
}

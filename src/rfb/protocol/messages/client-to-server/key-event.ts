import { defineMessage } from '../message.ts';

export interface KeyEvent {
  readonly down: boolean;
  readonly keysym: number;
}

/** KeyEvent, RFC 6143 §7.5.4. */
export const keyEvent = defineMessage<KeyEvent>({
  type: 4,
  name: 'KeyEvent',
  write(out, { down, keysym }) {
    out.u8(4).bool(down).pad(2).u32(keysym);
  },
  async read(reader) {
    await reader.need(7);
    const down = reader.u8() !== 0;
    reader.skip(2);
    return { down, keysym: reader.u32() };
  },
});

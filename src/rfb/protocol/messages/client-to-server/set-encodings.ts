import { defineMessage } from '../message.ts';

/** SetEncodings, RFC 6143 §7.5.2: encoding numbers, most preferred first. */
export const setEncodings = defineMessage<readonly number[]>({
  type: 2,
  name: 'SetEncodings',
  write(out, types) {
    out.u8(2).pad(1).u16(types.length);
    for (const type of types) out.s32(type);
  },
  async read(reader) {
    await reader.need(3);
    reader.skip(1);
    const count = reader.u16();
    await reader.need(count * 4);
    return Array.from({ length: count }, () => reader.s32());
  },
});

import { ProtocolError } from '../../../errors.ts';
import { MAX_CUT_TEXT } from '../../limits.ts';
import { defineMessage } from '../message.ts';

/** ClientCutText, RFC 6143 §7.5.6: Latin-1 bytes, line ends are \n. */
export const clientCutText = defineMessage<Uint8Array>({
  type: 6,
  name: 'ClientCutText',
  write(out, text) {
    out.u8(6).pad(3).u32(text.length).bytes(text);
  },
  async read(reader) {
    await reader.need(7);
    reader.skip(3);
    const length = reader.u32();
    if (length > MAX_CUT_TEXT) {
      throw new ProtocolError('BAD_LENGTH', `ClientCutText of ${length} bytes, the limit is ${MAX_CUT_TEXT}`);
    }
    await reader.need(length);
    return reader.view(length).slice();
  },
});

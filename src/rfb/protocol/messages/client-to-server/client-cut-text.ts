import { ProtocolError } from '../../../errors.ts';
import { MAX_CUT_TEXT, MAX_SKIPPED_CUT_TEXT } from '../../limits.ts';
import { type ClipboardMessage, readClipboardMessage, writeClipboardMessage } from '../clipboard-message.ts';
import { defineMessage } from '../message.ts';

/** Latin-1 bytes, line ends are \n; or what rfbproto's Extended Clipboard has in their place. */
export type CutText = Uint8Array | ClipboardMessage;

/** ClientCutText, RFC 6143 §7.5.6 and rfbproto. */
export const clientCutText = defineMessage<CutText>({
  type: 6,
  name: 'ClientCutText',
  write(out, content) {
    out.u8(6).pad(3);
    if (content instanceof Uint8Array) out.u32(content.length).bytes(content);
    else writeClipboardMessage(out, content);
  },
  async read(reader) {
    await reader.need(7);
    reader.skip(3);
    const length = reader.s32();
    if (length > MAX_CUT_TEXT || length < -MAX_SKIPPED_CUT_TEXT) {
      throw new ProtocolError('BAD_LENGTH', `ClientCutText of ${length} bytes, the limit is ${MAX_CUT_TEXT}`);
    }
    if (length < 0) return await readClipboardMessage(reader, -length);
    await reader.need(length);
    return reader.view(length).slice();
  },
});

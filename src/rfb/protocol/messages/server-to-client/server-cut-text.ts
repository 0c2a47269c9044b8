import { ProtocolError } from '../../../errors.ts';
import { MAX_CUT_TEXT, MAX_SKIPPED_CUT_TEXT } from '../../limits.ts';
import { extendedClipboard } from '../../pseudo-encodings/extended-clipboard.ts';
import { decodeLatin1 } from '../../text.ts';
import { readClipboardMessage } from '../clipboard-message.ts';
import type { ServerMessage } from './server-message.ts';

/** ServerCutText, RFC 6143 §7.6.4. A negative length is rfbproto's Extended Clipboard. (As unsigned it would be a wait for 4 GiB.) */
export const serverCutText: ServerMessage = {
  type: 3,
  name: 'ServerCutText',
  async receive(reader, session) {
    await reader.need(7);
    reader.skip(3);
    const announced = reader.s32();
    const length = Math.abs(announced);
    if (length > MAX_SKIPPED_CUT_TEXT) {
      throw new ProtocolError('BAD_LENGTH', `ServerCutText of ${length} bytes, the limit is ${MAX_SKIPPED_CUT_TEXT}`);
    }
    if (announced < 0) {
      const message = await readClipboardMessage(reader, length);
      session.confirm(extendedClipboard.name);
      return await session.clipboardMessage(message);
    }
    if (length > MAX_CUT_TEXT) {
      await reader.discard(length);
      return;
    }
    await reader.need(length);
    session.cutText(decodeLatin1(reader.view(length)));
  },
};

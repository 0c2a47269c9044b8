import { ProtocolError } from '../../errors.ts';
import { MAX_DESKTOP_NAME } from '../limits.ts';
import { decodeText } from '../text.ts';
import type { PseudoEncoding } from './pseudo-encoding.ts';

/** DesktopName, rfbproto. */
export const desktopName: PseudoEncoding = {
  type: -307,
  name: 'desktop-name',
  async apply(reader, _rect, session) {
    await reader.need(4);
    const length = reader.u32();
    if (length > MAX_DESKTOP_NAME) {
      throw new ProtocolError('BAD_LENGTH', `desktop name of ${length} bytes, the limit is ${MAX_DESKTOP_NAME}`);
    }
    await reader.need(length);
    session.setDesktopName(decodeText(reader.view(length)));
  },
};

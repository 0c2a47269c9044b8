import type { PseudoEncoding } from './pseudo-encoding.ts';

/** LastRect, rfbproto: the update ends here, whatever count it announced. */
export const lastRect: PseudoEncoding = {
  type: -224,
  name: 'last-rect',
  async apply(_reader, _rect, session) {
    session.endUpdate();
  },
};

import type { PseudoEncoding } from './pseudo-encoding.ts';

/** DesktopSize, RFC 6143 §7.8.2. */
export const desktopSize: PseudoEncoding = {
  type: -223,
  name: 'desktop-size',
  async apply(_reader, { width, height }, session) {
    session.resize(width, height);
  },
};

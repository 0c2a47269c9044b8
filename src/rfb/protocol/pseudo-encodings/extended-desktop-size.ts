import type { DesktopSizeAnswer, PseudoEncoding } from './pseudo-encoding.ts';

const REASONS: readonly DesktopSizeAnswer['reason'][] = ['server', 'client', 'other-client'];

const SCREEN_LENGTH = 16;

/** ExtendedDesktopSize, rfbproto: x is the reason, y the status; a refused request changes nothing. */
export const extendedDesktopSize: PseudoEncoding = {
  type: -308,
  name: 'extended-desktop-size',
  async apply(reader, { x, y, width, height }, session) {
    await reader.need(4);
    const count = reader.u8();
    reader.skip(3);
    await reader.need(count * SCREEN_LENGTH);
    const screens = Array.from({ length: count }, () => ({
      id: reader.u32(),
      x: reader.u16(),
      y: reader.u16(),
      width: reader.u16(),
      height: reader.u16(),
      flags: reader.u32(),
    }));
    const reason = REASONS[x] ?? 'server';
    if (reason !== 'client' || y === 0) session.resize(width, height);
    session.setScreens(screens, { reason, status: reason === 'client' ? y : 0 });
  },
};

import { ProtocolError } from '../../../errors.ts';
import { assertInside, describeRect } from '../../rect.ts';
import type { ServerMessage } from './server-message.ts';

/** FramebufferUpdate, RFC 6143 §7.6.1. */
export const framebufferUpdate: ServerMessage = {
  type: 0,
  name: 'FramebufferUpdate',
  async receive(reader, session) {
    await reader.need(3);
    reader.skip(1);
    const count = reader.u16();
    session.beginUpdate();
    for (let i = 0; i < count && !session.updateEnded; i++) {
      if (!reader.has(12)) await reader.need(12);
      const offset = reader.offset;
      const rect = { x: reader.u16(), y: reader.u16(), width: reader.u16(), height: reader.u16() };
      const type = reader.s32();
      const pseudoEncoding = session.pseudoEncoding(type);
      if (pseudoEncoding) {
        session.confirm(pseudoEncoding.name);
        await pseudoEncoding.apply?.(reader, rect, session);
        await session.breathe();
        continue;
      }
      const encoding = session.decoder(type);
      if (!encoding) {
        throw new ProtocolError(
          'UNKNOWN_ENCODING',
          `rectangle ${i + 1} of ${count} (${describeRect(rect)}, stream offset ${offset}) has encoding ${type}, which was not asked for`,
        );
      }
      assertInside(rect, session.framebuffer, encoding.name);
      await encoding.decoder.decode(reader, rect, session);
      session.painted(rect, encoding.name);
      await session.breathe();
    }
    session.finishUpdate();
  },
};

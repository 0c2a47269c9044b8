import { fence } from '../../pseudo-encodings/fence.ts';
import { FENCE, readFence } from '../fence.ts';
import type { ServerMessage } from './server-message.ts';

/** ServerFence, rfbproto. */
export const serverFence: ServerMessage = {
  type: FENCE,
  name: 'ServerFence',
  async receive(reader, session) {
    const message = await readFence(reader);
    session.confirm(fence.name);
    await session.fence(message);
  },
};

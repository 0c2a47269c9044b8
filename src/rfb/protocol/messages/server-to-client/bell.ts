import type { ServerMessage } from './server-message.ts';

/** Bell, RFC 6143 §7.6.3. */
export const bell: ServerMessage = {
  type: 2,
  name: 'Bell',
  async receive(_reader, session) {
    session.bell();
  },
};

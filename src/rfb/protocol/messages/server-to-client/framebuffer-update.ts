import type { ServerMessage } from './server-message.ts';

/** FramebufferUpdate, RFC 6143 §7.6.1. */
export const framebufferUpdate: ServerMessage = {
  type: 0,
  name: 'FramebufferUpdate',
  receive: (reader, session) => session.updates.receive(reader, session),
};

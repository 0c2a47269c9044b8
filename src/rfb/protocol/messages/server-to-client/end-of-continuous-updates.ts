import { continuousUpdates } from '../../pseudo-encodings/continuous-updates.ts';
import type { ServerMessage } from './server-message.ts';

/** EndOfContinuousUpdates, rfbproto: also how a server shows that it knows them. */
export const endOfContinuousUpdates: ServerMessage = {
  type: 150,
  name: 'EndOfContinuousUpdates',
  async receive(_reader, session) {
    session.confirm(continuousUpdates.name);
  },
};

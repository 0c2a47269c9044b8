import { FENCE, type Fence, readFence, writeFence } from '../fence.ts';
import { defineMessage } from '../message.ts';

/** ClientFence, rfbproto. */
export const clientFence = defineMessage<Fence>({
  type: FENCE,
  name: 'ClientFence',
  write: writeFence,
  read: readFence,
});

import { bell } from './bell.ts';
import { endOfContinuousUpdates } from './end-of-continuous-updates.ts';
import { framebufferUpdate } from './framebuffer-update.ts';
import { serverCutText } from './server-cut-text.ts';
import { serverFence } from './server-fence.ts';
import type { ServerMessage } from './server-message.ts';
import { setColourMapEntries } from './set-colour-map-entries.ts';

/** Every message that a server sends. */
export const serverMessages: readonly ServerMessage[] = [
  framebufferUpdate,
  setColourMapEntries,
  bell,
  serverCutText,
  endOfContinuousUpdates,
  serverFence,
];

import { UsageError } from '../rfb/errors.ts';
import { printable } from '../rfb/protocol/text.ts';
import { pipePair } from '../server/pipe-pair.ts';
import { scenes } from '../server/scenes/index.ts';
import { createServer } from '../server/server.ts';
import type { Transport } from './transport.ts';

/** The built-in server, in this process and fresh for every connection: `demo:`, `demo:desktop`. */
export const demo: Transport = {
  schemes: ['demo'],
  example: 'demo:desktop',

  describe(address) {
    return `demo:${sceneOf(address)}`;
  },

  async open(address, { signal }) {
    const scene = sceneOf(address);
    signal?.throwIfAborted();
    const [pipe, far] = pipePair({ names: [`demo:${scene}`, 'the viewer'] });
    // Ends with the pipe: closing our end is the server's end of file.
    createServer({ scene }).accept(far);
    return { pipe };
  },
};

function sceneOf(address: string): string {
  const name = address.slice('demo:'.length).replace(/^\/\//, '') || (scenes[0]?.name ?? '');
  if (scenes.some((scene) => scene.name === name)) return name;
  const known = scenes.map((scene) => `demo:${scene.name}`).join(', ');
  throw new UsageError('BAD_ADDRESS', `unknown scene in "${printable(address)}", there are ${known}`);
}

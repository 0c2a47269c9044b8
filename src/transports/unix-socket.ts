import { badAddress } from './address.ts';
import { connectFailed } from './connect-error.ts';
import { dial } from './dial.ts';
import { openVia } from './dial-host.ts';
import { SocketPipe } from './socket-pipe.ts';
import { parseSshHop } from './ssh-hop.ts';
import type { Transport } from './transport.ts';

/** A socket in the file system: QEMU's `-vnc unix:PATH`, libvirt, x11vnc `-unixsock`. */
export const unixSocket: Transport = {
  schemes: ['unix'],
  example: 'unix:/run/vm.sock',

  describe(address) {
    return `unix:${parse(address)}`;
  },

  goesVia: true,

  async open(address, options) {
    const path = parse(address);
    const { via, signal } = options;
    if (via !== undefined) return { pipe: await openVia(parseSshHop(via), { path }, options) };
    const pipe = await SocketPipe.open({ name: `unix:${path}`, confidential: true }, (onread) =>
      dial({ path, onread }, (error) => connectFailed(path, error), signal),
    );
    return { pipe };
  },
};

/** `sun_path` of unix(7), less the NUL; macOS has 104. */
const MAX_PATH_BYTES = process.platform === 'darwin' ? 103 : 107;

function parse(address: string): string {
  const path = address.slice('unix:'.length).replace(/^\/\/+/, '/');
  if (path === '' || path.includes('\0')) throw badAddress(address, 'wanted unix:/path/to.sock');
  const length = Buffer.byteLength(path);
  if (length > MAX_PATH_BYTES) {
    throw badAddress(address, `the path has ${length} bytes, a socket's at most ${MAX_PATH_BYTES}: use a relative one`);
  }
  return path;
}

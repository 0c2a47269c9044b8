import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Text on tty1 once the guest can take keys. */
export const LINUX_PROMPT = 'Rig Linux ready';
/** The same on its serial port: all that follows is what was typed. */
export const LINUX_READY = 'ready\n';

/** Compiled keymaps of the Linux console, by the name that a guest sorts them by. */
export type Keymaps = Readonly<Record<string, Uint8Array>>;

/** Compiles a keymap of console-data, for loadkmap: characters as Unicode. */
export async function keymap(name: string): Promise<Uint8Array> {
  const { stdout } = await promisify(execFile)('loadkeys', ['-q', '-u', '-b', name], { encoding: 'buffer' });
  return stdout;
}

/**
 * Debian's cloud kernel with a busybox that copies what is typed on tty1, raw, to ttyS0 and back to the screen. The kernel
 * has VT, i8042, atkbd and 8250 built in: no modules. Cursor off, so that the picture stands still.
 */
export async function linuxGuest(directory: string, keymaps?: Keymaps): Promise<readonly string[]> {
  const initrd = join(directory, 'initrd.cpio');
  const busybox = await readFile('/bin/busybox');
  await writeFile(
    initrd,
    cpio([
      { name: 'dev', mode: DIRECTORY | 0o755 },
      { name: 'dev/console', mode: CHARACTER_DEVICE | 0o600, device: [5, 1] },
      { name: 'bin', mode: DIRECTORY | 0o755 },
      { name: 'bin/busybox', mode: FILE | 0o755, data: busybox },
      { name: 'init', mode: FILE | 0o755, data: Buffer.from(keymaps ? KEYMAPS_INIT : INIT) },
      { name: 'keymaps', mode: DIRECTORY | 0o755 },
      ...Object.entries(keymaps ?? {}).map(([name, data]) => ({ name: `keymaps/${name}`, mode: FILE | 0o644, data })),
    ]),
  );
  const append = 'quiet loglevel=0 console=tty1 vt.global_cursor_default=0 random.trust_cpu=on tsc=reliable';
  return ['-kernel', await cloudKernel(), '-initrd', initrd, '-append', append];
}

/** The newest installed kernel of linux-image-cloud-amd64. */
export async function cloudKernel(): Promise<string> {
  const kernels = (await readdir('/boot')).filter((name) => /^vmlinuz-.*-cloud-amd64$/.test(name));
  const newest = kernels.sort(new Intl.Collator('en', { numeric: true }).compare).at(-1);
  if (newest === undefined) throw new Error('no cloud kernel in /boot');
  return join('/boot', newest);
}

const INIT = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
exec </dev/tty1 >/dev/tty1 2>&1
$b stty raw -echo
$b stty -F /dev/ttyS0 raw -echo
echo '${LINUX_PROMPT}'
echo ready >/dev/ttyS0
exec $b tee /dev/ttyS0
`;

/** Of each keymap, in the order of their names: the keymap is loaded, `ready` said, lines are copied to ttyS0 until ctrl+d. */
const KEYMAPS_INIT = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
exec </dev/tty1 >/dev/tty1 2>&1
$b stty -echo
$b stty -F /dev/ttyS0 raw -echo
for keymap in /keymaps/*; do
  $b loadkmap <$keymap
  echo ready >/dev/ttyS0
  $b cat >/dev/ttyS0
done
exec $b sleep 1000000
`;

interface CpioEntry {
  readonly name: string;
  readonly mode: number;
  readonly data?: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

/** A newc archive, as Linux' Documentation/driver-api/early-userspace/buffer-format.rst has it. */
function cpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Uint8Array[] = [];
  const last: CpioEntry = { name: 'TRAILER!!!', mode: 0 };
  for (const [index, { name, mode, data = new Uint8Array(), device = [0, 0] }] of [...entries, last].entries()) {
    // ino, mode, uid, gid, nlink, mtime, filesize, maj, min, rmaj, rmin, namesize, check
    const fields = [index + 1, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, name.length + 1, 0];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
    parts.push(aligned(Buffer.from(head, 'latin1')), aligned(data));
  }
  return Buffer.concat(parts);
}

function aligned(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}

const DIRECTORY = 0o040000;
const FILE = 0o100000;
const CHARACTER_DEVICE = 0o020000;

import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHARACTER_DEVICE, type CpioEntry, cpio, DIRECTORY, FILE } from './cpio.ts';

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

/** `raw`: keys as they come; `lines`: as the terminal edits and shows them; `shell`: busybox's, which edits lines itself. */
export type LinuxTerminal = 'raw' | 'lines' | 'shell';

export interface LinuxOptions {
  readonly terminal?: LinuxTerminal | undefined;
  readonly keymaps?: Keymaps | undefined;
}

/**
 * Debian's cloud kernel with a busybox that copies what is typed on tty1, raw, to ttyS0 and back to the screen. The kernel
 * has VT, i8042, atkbd and 8250 built in: no modules. Without a cursor where keys are raw, so that the picture stands still.
 */
export async function linuxGuest(
  directory: string,
  { terminal = 'raw', keymaps }: LinuxOptions = {},
): Promise<readonly string[]> {
  const files = Object.entries(keymaps ?? {}).map(([name, data]) => ({
    name: `keymaps/${name}`,
    mode: FILE | 0o644,
    data,
  }));
  return bootLinux(
    directory,
    keymaps ? KEYMAPS_INIT : INITS[terminal],
    [{ name: 'keymaps', mode: DIRECTORY | 0o755 }, ...files],
    terminal === 'raw' ? 'off' : 'on',
  );
}

/** QEMU's arguments for the kernel with busybox, a first program, and other files. */
export async function bootLinux(
  directory: string,
  init: string,
  others: readonly CpioEntry[],
  cursor: 'on' | 'off' = 'off',
): Promise<readonly string[]> {
  const initrd = join(directory, 'initrd.cpio');
  const busybox = await readFile('/bin/busybox');
  await writeFile(
    initrd,
    cpio([
      { name: 'dev', mode: DIRECTORY | 0o755 },
      { name: 'dev/console', mode: CHARACTER_DEVICE | 0o600, device: [5, 1] },
      { name: 'bin', mode: DIRECTORY | 0o755 },
      { name: 'bin/busybox', mode: FILE | 0o755, data: busybox },
      { name: 'init', mode: FILE | 0o755, data: Buffer.from(init) },
      ...others,
    ]),
  );
  const noCursor = cursor === 'off' ? ' vt.global_cursor_default=0' : '';
  const append = `quiet loglevel=0 console=tty1${noCursor} random.trust_cpu=on tsc=reliable`;
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

/** Lines go to ttyS0 with their Enter. */
const LINES_INIT = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
exec </dev/tty1 >/dev/tty1 2>&1
$b stty -F /dev/ttyS0 raw -echo
echo '${LINUX_PROMPT}'
echo ready >/dev/ttyS0
exec $b cat >/dev/ttyS0
`;

/** What is written to /dev/ttyS0 there, is told. */
const SHELL_INIT = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b stty -F /dev/ttyS0 raw -echo
$b --install -s /bin
echo ready >/dev/ttyS0
export PS1='guest# ' TERM=linux HOME=/ PATH=/bin
exec $b setsid $b cttyhack $b sh </dev/tty1 >/dev/tty1 2>&1
`;

const INITS: Readonly<Record<LinuxTerminal, string>> = { raw: INIT, lines: LINES_INIT, shell: SHELL_INIT };

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

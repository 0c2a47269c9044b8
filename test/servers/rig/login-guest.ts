import { DIRECTORY, FILE, SYMBOLIC_LINK } from './cpio.ts';
import { bootLinux } from './linux-guest.ts';

/** Who may log in. */
export const LINUX_LOGIN = { user: 'root', password: 'toor', host: 'rig' };

/** Debian's cloud kernel with busybox: getty and login on tty1, then a shell. */
export function loginGuest(directory: string): Promise<readonly string[]> {
  const file = (name: string, text: string) => ({ name, mode: FILE | 0o644, data: Buffer.from(text) });
  return bootLinux(directory, INIT, [
    ...['etc', 'proc', 'root'].map((name) => ({ name, mode: DIRECTORY | 0o755 })),
    ...PROGRAMS.map((name) => ({ name: `bin/${name}`, mode: SYMBOLIC_LINK | 0o777, data: Buffer.from('busybox') })),
    file('etc/passwd', `${LINUX_LOGIN.user}:${PASSWORD_HASH}:0:0:root:/root:/bin/sh\n`),
    file('etc/group', 'root:x:0:\n'),
    file('etc/issue', 'Rig Linux \\r on \\l\n\n'),
  ]);
}

const PROGRAMS = ['sh', 'login', 'uname', 'cat', 'seq', 'clear'];

const INIT = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
$b hostname ${LINUX_LOGIN.host}
export PATH=/bin
while :; do $b setsid $b getty 0 tty1 linux; done
`;

/** By `openssl passwd -6 -salt rfbctl toor`. */
const PASSWORD_HASH =
  '$6$rfbctl$va6UKCve77eu06kN6dKOqpMwnadH91w8GAC3tQq1Lah35q5rKghN/l66Y5i1mSXefGtbnWgf1XUcJ/iddq5lS1';

import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'vitest';

/** What each server of the rig needs on the machine; scripts/install-test-servers.sh has the packages. */
const NEEDS = {
  xtigervnc: ['setpriv', 'Xtigervnc', 'tigervncpasswd'],
  xtightvnc: ['setpriv', 'Xtightvnc', 'tigervncpasswd', '/usr/share/fonts/X11/misc/fonts.dir'],
  x11vnc: ['setpriv', 'x11vnc', 'Xvfb'],
  qemu: ['setpriv', 'qemu-system-x86_64'],
  linuxGuest: ['setpriv', 'qemu-system-x86_64', '/bin/busybox', '/boot/vmlinuz-*-cloud-amd64'],
  keymaps: ['loadkeys', '/usr/share/keymaps/i386/qwertz/de-latin1.kmap.gz'],
  setxkbmap: ['setxkbmap'],
  grub: [
    'setpriv',
    'qemu-system-x86_64',
    'grub-mkimage',
    '/usr/lib/grub/i386-pc/boot.img',
    '/usr/share/grub/unicode.pf2',
  ],
  smoothFont: ['/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf'],
  websockify: ['setpriv', 'websockify'],
  vncviewer: ['setpriv', 'xtigervncviewer', 'Xvfb', 'tigervncpasswd'],
  gvnccapture: ['setpriv', 'gvnccapture', 'script'],
  /** Users that PAM knows: me, with the password geheim. */
  pam: ['/etc/pam.d/rfbctl-test'],
  sasl: ['/usr/sbin/saslpasswd2', '/usr/lib/x86_64-linux-gnu/sasl2/libscram.so'],
  chromium: ['chromium'],
  sshd: ['setpriv', '/usr/sbin/sshd', 'ssh', 'ssh-keygen', 'nc', 'socat'],
  virsh: ['virsh'],
  xsel: ['xsel'],
  xterm: ['setpriv', 'xterm', '/usr/share/fonts/X11/misc/fonts.dir'],
} as const satisfies Record<string, readonly string[]>;

export type ServerName = keyof typeof NEEDS;

/** Programs and files that are missing for these servers. */
export function missing(...servers: readonly ServerName[]): string[] {
  return [...new Set(servers.flatMap((server) => NEEDS[server]))].filter((need) => !present(need));
}

/** A `describe` for tests that need servers: skipped, with the reason, where they are not installed; a failure in CI. */
export function describeWith(servers: readonly ServerName[], name: string, body: () => void): void {
  const lacking = missing(...servers);
  if (lacking.length === 0) {
    describe(name, body);
    return;
  }
  const reason = `${name}: needs ${lacking.join(', ')} (scripts/install-test-servers.sh)`;
  if (/^(true|1)$/.test(process.env.CI ?? '')) {
    test(name, () => {
      throw new Error(reason);
    });
    return;
  }
  process.stderr.write(`skipped: ${reason}\n`);
  describe.skip(reason, body);
}

function present(need: string): boolean {
  if (need.includes('*')) {
    const [start = '', end = ''] = need.split('*');
    const directory = start.slice(0, start.lastIndexOf('/'));
    const names = existsSync(directory) ? readdirSync(directory) : [];
    return names.some((name) => `${directory}/${name}`.startsWith(start) && name.endsWith(end));
  }
  if (need.startsWith('/')) return existsSync(need);
  return (process.env.PATH ?? '').split(delimiter).some((directory) => executable(join(directory, need)));
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tar } from './tar.ts';

/** Debian's GRUB for BIOS: grub-pc-bin, and grub-common with its font. */
export const GRUB_FOLDER = '/usr/lib/grub/i386-pc';
export const GRUB_FONT = '/usr/share/grub/unicode.pf2';

/** Text mode, or what most distributions show: a graphical terminal in GRUB's own font. */
export type GrubTerminal = 'console' | 'gfxterm';

/** What the menu offers. */
export const GRUB_ENTRIES = ['Rig OS, with Linux 6.1', 'Advanced options for Rig OS', 'Memory test (memtest86+)'];

/** A disk with GRUB and a menu that waits, and one with its font, as QEMU's arguments. */
export async function grubGuest(directory: string, terminal: GrubTerminal): Promise<readonly string[]> {
  const memory = join(directory, 'memory.tar');
  const core = join(directory, 'core.img');
  const disk = join(directory, 'grub.img');
  const fonts = join(directory, 'fonts.tar');
  await writeFile(memory, tar([{ name: 'grub.cfg', data: Buffer.from(menu(terminal)) }]));
  await promisify(execFile)('grub-mkimage', [
    ...['-O', 'i386-pc', '-d', GRUB_FOLDER, '-m', memory, '-p', '(memdisk)', '-o', core],
    ...['normal', 'biosdisk', 'memdisk', 'tar', 'echo', 'terminal', 'gfxterm', 'vbe', 'font', 'date', 'configfile'],
  ]);
  const image = Buffer.concat([await readFile(join(GRUB_FOLDER, 'boot.img')), await readFile(core)]);
  await writeFile(disk, Buffer.concat([image, Buffer.alloc(DISK_SIZE - image.length)]));
  await writeFile(fonts, tar([{ name: 'unicode.pf2', data: await readFile(GRUB_FONT) }]));
  return [disk, fonts].flatMap((file) => ['-drive', `file=${file},format=raw,if=ide`]);
}

function menu(terminal: GrubTerminal): string {
  const graphical = ['loadfont (hd1)/unicode.pf2', 'set gfxmode=640x480', 'terminal_output gfxterm'];
  const entries = GRUB_ENTRIES.map((title) => `menuentry '${title}' { echo 'Booting.' }`);
  return `${[...(terminal === 'gfxterm' ? graphical : []), ...entries].join('\n')}\n`;
}

const DISK_SIZE = 4 << 20;

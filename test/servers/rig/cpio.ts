export interface CpioEntry {
  readonly name: string;
  readonly mode: number;
  readonly data?: Uint8Array;
  readonly device?: readonly [major: number, minor: number];
}

/** A newc archive, as Linux' Documentation/driver-api/early-userspace/buffer-format.rst has it. */
export function cpio(entries: readonly CpioEntry[]): Buffer {
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

export const DIRECTORY = 0o040000;
export const FILE = 0o100000;
export const SYMBOLIC_LINK = 0o120000;
export const CHARACTER_DEVICE = 0o020000;

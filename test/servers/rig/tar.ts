interface TarEntry {
  readonly name: string;
  readonly data: Uint8Array;
}

/** A ustar archive, as POSIX has it. */
export function tar(entries: readonly TarEntry[]): Buffer {
  const parts = entries.flatMap(({ name, data }) => [header(name, data.length), data, padding(data.length)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0, 'latin1');
  // mode, uid, gid, size, mtime
  block.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100, 'latin1');
  block.write('        0', CHECKSUM, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM, 'latin1');
  return block;
}

function padding(length: number): Buffer {
  return Buffer.alloc(-length & (BLOCK - 1));
}

const BLOCK = 512;
/** Its place in the header; counted as blanks. */
const CHECKSUM = 148;

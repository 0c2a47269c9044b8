import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ActionError, UsageError } from '../../rfb/errors.ts';
import { SCREENS_FOLDER, TRACE_FILE, type TraceEvent } from './trace-format.ts';

/** The files of a trace that is being written. Nothing that was there before is touched, but for an older trace's name. */
export class TraceFolder {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #pictures = new Set<string>();

  /**
   * Makes the folder. An older trace of the same name is renamed to `NAME.1`, `NAME.2` …
   * @throws UsageError `BAD_OPTION` for a folder with anything else in it · ActionError `OUTPUT_FAILED`
   */
  static async create(folder: string): Promise<TraceFolder> {
    try {
      await makeRoom(folder);
      await mkdir(path.join(folder, SCREENS_FOLDER), { recursive: true });
      return new TraceFolder(folder, await open(path.join(folder, TRACE_FILE), 'wx'));
    } catch (cause) {
      if (cause instanceof UsageError) throw cause;
      const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
      const message = `cannot write a trace to ${folder} (${code}); name a folder that can be made`;
      throw new ActionError('OUTPUT_FAILED', message, { cause });
    }
  }

  private constructor(folder: string, file: FileHandle) {
    this.path = folder;
    this.#file = file;
  }

  async append(event: TraceEvent): Promise<void> {
    await this.#file.appendFile(`${JSON.stringify(event)}\n`);
  }

  /** Writes a picture unless it is there; returns its path in the folder and how many bytes that took. */
  async addPicture(png: Uint8Array): Promise<{ readonly file: string; readonly bytes: number }> {
    const name = `${createHash('sha256').update(png).digest('hex').slice(0, 16)}.png`;
    const file = `${SCREENS_FOLDER}/${name}`;
    if (this.#pictures.has(name)) return { file, bytes: 0 };
    const whole = path.join(this.path, SCREENS_FOLDER, name);
    try {
      await writeFile(whole, png);
    } catch (error) {
      // A disk that is full has taken a part of it.
      await rm(whole, { force: true });
      throw error;
    }
    this.#pictures.add(name);
    return { file, bytes: png.length };
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function makeRoom(folder: string): Promise<void> {
  const entries = await entriesOf(folder);
  if (entries.length === 0) return;
  if (!entries.includes(TRACE_FILE)) {
    const message = `${folder} holds other things (${entries[0]}${entries.length > 1 ? ' …' : ''}) and no trace; name an empty or a new folder`;
    throw new UsageError('BAD_OPTION', message);
  }
  for (let number = 1; ; number++) {
    const aside = `${path.resolve(folder)}.${number}`;
    if ((await entriesOf(aside).catch(() => ['a file'])).length > 0) continue;
    // An empty folder gives way.
    await rename(path.resolve(folder), aside);
    return;
  }
}

/** Empty where there is no folder. */
async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

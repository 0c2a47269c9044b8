import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { MatcherState } from 'vitest';
import { encodeImage, readPng } from '../automation/image-file.ts';
import type { Picture } from '../automation/picture.ts';
import { UsageError } from '../rfb/errors.ts';

const BASELINE_FOLDER = '__screens__';

/** What may be done with baselines, as Vitest was told: all by `--update`, missing ones unless in CI. */
export type Writable = 'all' | 'new' | 'none';

/** The picture that a screen is compared with. */
export class Baseline {
  readonly file: string;

  /** @throws UsageError `BAD_OPTION` */
  constructor(name: string, { testPath }: MatcherState) {
    if (name === '') throw new UsageError('BAD_OPTION', 'the name of the screen is empty');
    if (testPath === undefined) throw new UsageError('BAD_OPTION', 'toMatchScreen works in a test alone');
    const file = /\.png$/i.test(name) ? name : `${name}.png`;
    const given = /^\.{0,2}[/\\]/.test(name) || path.isAbsolute(name);
    const beside = path.join(BASELINE_FOLDER, path.basename(testPath), file);
    this.file = path.resolve(path.dirname(testPath), given ? file : beside);
  }

  /** The file, for messages. */
  get shown(): string {
    return path.relative(process.cwd(), this.file);
  }

  /** Undefined where there is none yet. @throws UsageError `BAD_IMAGE` */
  async read(): Promise<Picture | undefined> {
    try {
      return readPng(await readFile(this.file), this.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(picture: Picture): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await writeFile(this.file, await encodeImage(picture, 'png'));
  }
}

export function writable({ snapshotState }: MatcherState): Writable {
  return snapshotState.snapshotUpdateState;
}

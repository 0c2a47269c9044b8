import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileNameOf } from '../automation/file-name.ts';
import { encodeImage } from '../automation/image-file.ts';
import type { Picture } from '../automation/picture.ts';

/** Where failed tests leave what there is to see, below the folder in which Vitest runs. */
const EVIDENCE_FOLDER = 'test-results';

/** The folder of one test. */
export function evidenceFolder(testPath: string | undefined, testName: string | undefined): string {
  const file = testPath === undefined ? 'test' : path.relative(process.cwd(), testPath);
  return path.join(EVIDENCE_FOLDER, fileNameOf(file.replace(/\.[cm]?[jt]sx?$/, '')), fileNameOf(testName ?? 'test'));
}

/** Writes pictures into a folder; returns their paths by name. */
export async function savePictures<N extends string>(
  folder: string,
  pictures: Readonly<Partial<Record<N, Picture | undefined>>>,
): Promise<(readonly [what: string, file: string])[]> {
  await mkdir(folder, { recursive: true });
  const saved: (readonly [string, string])[] = [];
  for (const [name, picture] of Object.entries<Picture | undefined>(pictures)) {
    if (!picture) continue;
    const file = path.join(folder, `${name}.png`);
    await writeFile(file, await encodeImage(picture, 'png'));
    saved.push([name, file]);
  }
  return saved;
}

/** A message with the files below it, a line each. */
export function withFiles(message: string, files: readonly (readonly [what: string, file: string])[]): string {
  return [message, ...files.map(([what, file]) => `  ${what.padEnd('difference'.length)}  ${file}`)].join('\n');
}

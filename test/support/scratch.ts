import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** A folder of the test file that asks, gone afterwards. */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), `rfbctl-${name}-`));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../rfb/errors.ts';
import { readPng } from '../image-file.ts';
import { nearestNames } from '../nearest-names.ts';
import type { Picture } from '../picture.ts';
import { type Needle, type NeedleDescription, parseNeedle, withPicture } from './needle.ts';

/** So many tags are named when one does not exist. */
const TAGS_SHOWN = 12;

/** Reads a PNG file. @throws UsageError `BAD_IMAGE` */
export async function readPicture(file: string): Promise<Picture> {
  return readPng(await read(file), file);
}

/** Reads a needle: a JSON file, and the PNG of the same name beside it. @throws UsageError `BAD_IMAGE` */
export async function readNeedle(file: string): Promise<Needle> {
  return load(file, parseNeedle((await read(file)).toString('utf8'), nameOf(file)));
}

/** Reads what the extension says: a needle (.json), or else a PNG. @throws UsageError `BAD_IMAGE` */
export async function readImage(file: string): Promise<Picture | Needle> {
  return isJson(file) ? readNeedle(file) : readPicture(file);
}

/**
 * Reads all needles of a folder, and of those in it, that have the tag; of several, separated by blanks, all of them.
 * @throws UsageError `BAD_IMAGE` also when there is none
 */
export async function readNeedles(folder: string, tag: string): Promise<Needle[]> {
  const wanted = tag.split(/\s+/).filter(Boolean);
  const known = new Set<string>();
  const matching: (readonly [file: string, NeedleDescription])[] = [];
  for (const file of await jsonFilesIn(folder)) {
    const description = parseNeedle((await read(file)).toString('utf8'), nameOf(file));
    for (const name of description.tags) known.add(name);
    if (wanted.every((name) => description.tags.includes(name))) matching.push([file, description]);
  }
  if (wanted.length === 0 || matching.length === 0) throw unknownTag(folder, tag, [...known].sort());
  return Promise.all(matching.map(([file, description]) => load(file, description)));
}

async function load(file: string, description: NeedleDescription): Promise<Needle> {
  return withPicture(description, await readPicture(file.replace(/\.json$/i, '.png')));
}

async function jsonFilesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder, { recursive: true });
    return names
      .filter(isJson)
      .sort()
      .map((name) => path.join(folder, name));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): UsageError {
  const { code = 'unknown error' } = cause as NodeJS.ErrnoException;
  return new UsageError('BAD_IMAGE', `cannot read ${file}: ${REASONS[code] ?? code}`, { cause });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file (ENOENT)',
  ENOTDIR: 'it is no folder (ENOTDIR)',
  EISDIR: 'it is a folder (EISDIR)',
  EACCES: 'permission denied (EACCES)',
};

function unknownTag(folder: string, tag: string, known: readonly string[]): UsageError {
  const near = nearestNames(tag, known);
  const guess = near.length > 0 ? `did you mean ${near.join(' or ')}? ` : '';
  const more = known.length > TAGS_SHOWN ? ` and ${known.length - TAGS_SHOWN} more` : '';
  const list = known.length > 0 ? `there are ${known.slice(0, TAGS_SHOWN).join(', ')}${more}` : 'there is none in it';
  const message = `no needle in ${folder} has the tag ${JSON.stringify(tag)}; ${guess}${list}`;
  return new UsageError('BAD_IMAGE', message);
}

function isJson(file: string): boolean {
  return /\.json$/i.test(file);
}

function nameOf(file: string): string {
  return path.basename(file).replace(/\.json$/i, '');
}

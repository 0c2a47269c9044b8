import { UsageError } from '../rfb/errors.ts';
import type { Rect } from '../rfb/protocol/rect.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as milliseconds: `500ms`, `10s`, `2m`; a bare number is seconds. @throws UsageError `BAD_OPTION` */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (!match)
    throw new UsageError('BAD_OPTION', `"${text}" is no duration; write 500ms, 10s, 2m or a number of seconds`);
  return Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 1000);
}

/** `X,Y,WxH`. @throws UsageError `BAD_OPTION` */
export function parseRegion(text: string): Rect {
  const match = /^(\d+),(\d+),(\d+)x(\d+)$/.exec(text.trim());
  const [x, y, width, height] = (match ?? []).slice(1).map(Number);
  if (x === undefined || y === undefined || !width || !height) {
    throw new UsageError('BAD_OPTION', `"${text}" is no region; write X,Y,WxH, for example 0,0,640x480`);
  }
  return { x, y, width, height };
}

/** `X,Y`. @throws UsageError `BAD_OPTION` */
export function parsePoint(text: string): { x: number; y: number } {
  const match = /^(-?\d+),(-?\d+)$/.exec(text.trim());
  if (!match) throw new UsageError('BAD_OPTION', `"${text}" is no position; write X,Y, for example 100,200`);
  return { x: Number(match[1]), y: Number(match[2]) };
}

/** A whole number of at least `least`. @throws UsageError `BAD_OPTION` */
export function parseCount(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least) {
      throw new UsageError('BAD_OPTION', `"${text}" is no whole number of at least ${least}`);
    }
    return value;
  };
}

export function parseList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

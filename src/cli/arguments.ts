import { nearestNames } from '../automation/nearest-names.ts';
import { UsageError } from '../rfb/errors.ts';
import type { Rect } from '../rfb/protocol/rect.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A duration as milliseconds: `500ms`, `10s`, `2m`; a bare number is seconds. @throws UsageError `BAD_OPTION` */
export function parseDuration(text: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h)?$/.exec(text.trim());
  if (!match) throw badOption(`"${text}" is no duration; write 500ms, 10s, 2m, 1h or a number of seconds`);
  return Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 1000);
}

/** A time limit: nothing can be done in none. @throws UsageError `BAD_OPTION` */
export function parseTimeout(text: string): number {
  const duration = parseDuration(text);
  if (duration === 0) throw badOption('0 leaves no time; for no limit to speak of, write a long one such as 24h');
  return duration;
}

/** `X,Y,WxH`. @throws UsageError `BAD_OPTION` */
export function parseRegion(text: string): Rect {
  const match = /^(\d{1,5}),(\d{1,5}),(\d{1,5})x(\d{1,5})$/.exec(text.trim());
  const [x, y, width, height] = (match ?? []).slice(1).map(Number);
  if (x === undefined || y === undefined || !width || !height) {
    throw badOption(`"${text}" is no region; write X,Y,WxH, for example 0,0,640x480`);
  }
  return { x, y, width, height };
}

/** `WxH`. @throws UsageError `BAD_OPTION` */
export function parseSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text.trim()) ?? [];
  if (!Number(width) || !Number(height)) throw badOption(`"${text}" is no size; write WxH, for example 1280x800`);
  return { width: Number(width), height: Number(height) };
}

/** `X,Y`. @throws UsageError `BAD_OPTION` */
export function parsePoint(text: string): { x: number; y: number } {
  const match = /^(-?\d{1,5}),(-?\d{1,5})$/.exec(text.trim());
  if (!match) throw badOption(`"${text}" is no position; write X,Y, for example 100,200`);
  return { x: Number(match[1]), y: Number(match[2]) };
}

/** A whole number of at least `least`. @throws UsageError `BAD_OPTION` */
export function parseCount(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= least)) throw badOption(`"${text}" is no whole number of at least ${least}`);
    return value;
  };
}

/** `a,b,c`, each of which must be one of `values`. @throws UsageError `BAD_OPTION` */
export function parseList<N extends string>(what: string, values: readonly N[]): (text: string) => N[] {
  const parse = parseName(what, values);
  return (text) => {
    const names = text
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean);
    if (names.length === 0) throw badOption(`empty; wanted one or several of ${values.join(',')}`);
    return names.map(parse);
  };
}

/** One of `values`, in whatever case. @throws UsageError `BAD_OPTION` */
export function parseName<N extends string>(what: string, values: readonly N[]): (text: string) => N {
  return (text) => {
    const name = values.find((value) => value === text.toLowerCase());
    if (name !== undefined) return name;
    const near = nearestNames(text.toLowerCase(), values);
    const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${values.join(', ')}`;
    throw badOption(`no ${what} is called "${text}"; ${hint}`);
  };
}

/** `HOST:PORT`, `[v6]:PORT`, or a port of this machine; 0 is any free port. @throws UsageError `BAD_OPTION` */
export function parseListen(text: string): { host: string; port: number } {
  const [, bracketed, name, digits = ''] = /^(?:(?:\[([^\]]+)\]|([^:\s]*)):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  const port = digits === '' ? Number.NaN : Number(digits);
  if (!(port <= 65535)) throw badOption(`"${text}" is no place to listen; write HOST:PORT, [v6]:PORT or PORT`);
  return { host: bracketed || name || '127.0.0.1', port };
}

/** `COLUMNSxROWS`. @throws UsageError `BAD_OPTION` */
export function parseTerminalSize(text: string): { columns: number; rows: number } {
  const [columns, rows] = (/^(\d{1,4})x(\d{1,4})$/.exec(text.trim()) ?? []).slice(1).map(Number);
  if (columns && rows) return { columns, rows };
  throw badOption(`"${text}" is no size; write COLUMNSxROWS, for example 132x43`);
}

/** `sha256:` and the fingerprint, with or without colons, as 64 hex digits. @throws UsageError `BAD_OPTION` */
export function parsePin(text: string): string {
  const hex = text
    .replace(/^sha256:/i, '')
    .replaceAll(':', '')
    .toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  throw badOption(`"${text}" is no pin; write sha256: and the 64 hex digits of the certificate’s fingerprint`);
}

/** The message leaves the line out: it may hold a cookie. @throws UsageError `BAD_OPTION` */
export function parseHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = line.slice(0, colon).trim();
  if (colon < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw badOption('one of them is no "Name: value"');
  return [name, line.slice(colon + 1).trim()];
}

export function badOption(message: string): UsageError {
  return new UsageError('BAD_OPTION', message);
}

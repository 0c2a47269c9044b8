import { ConnectionError } from '../../rfb/errors.ts';

/** An answer's JSON object. @throws ConnectionError `CONNECT_FAILED` */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw otherThanDocumented('no object where one was wanted');
}

export function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.map(recordOf);
  throw otherThanDocumented('no list where one was wanted');
}

/** A text, or a number as one: Proxmox VE 7 has ports as texts, later ones as numbers. */
export function textOf(record: Readonly<Record<string, unknown>>, name: string): string {
  const value = record[name];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw otherThanDocumented(`no ${name}`);
}

/** The same where it may be missing. */
export function textIn(record: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return record[name] === undefined || record[name] === null ? undefined : textOf(record, name);
}

function otherThanDocumented(what: string): ConnectionError {
  const message = `the API answered something else than Proxmox VE does: ${what}; is a proxy in between?`;
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

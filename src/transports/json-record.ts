import { ConnectionError } from '../rfb/errors.ts';

/** An object of an API's answer, from which nothing is taken unseen. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** `where` is the API, for the message. @throws ConnectionError `CONNECT_FAILED` */
export function recordOf(value: unknown, where: string): JsonRecord {
  if (isRecord(value)) return value;
  throw otherThanDocumented(where, 'no object where one was wanted');
}

export function listOf(value: unknown, where: string): readonly JsonRecord[] {
  if (Array.isArray(value)) return value.map((entry) => recordOf(entry, where));
  throw otherThanDocumented(where, 'no list where one was wanted');
}

/** A text, or a number as one. */
export function textOf(record: JsonRecord, name: string, where: string): string {
  const text = textIn(record, name);
  if (text !== undefined) return text;
  throw otherThanDocumented(where, `no ${name}`);
}

/** The same where it may be missing. */
export function textIn(record: JsonRecord, name: string): string | undefined {
  const value = record[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** An object in an object, empty where there is none. */
export function recordIn(record: JsonRecord, name: string): JsonRecord {
  const value = record[name];
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function otherThanDocumented(where: string, what: string): ConnectionError {
  const message = `${where} answered something else than its documentation says: ${what}; is a proxy in between?`;
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

/** What Node's own errors say. Of several attempts (one for each address of a host), the first one's. */

/** `ECONNREFUSED`; empty where there is none. */
export function errorCode(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

/** The first line of the message. */
export function errorText(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const text = first instanceof Error ? first.message : String(first);
  return text.split('\n', 1)[0] ?? '';
}

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { TraceEvent } from '../../src/automation/trace/trace-format.ts';

/** The events of a trace; checks that they are in the order of time and that every picture that they name is there. */
export function eventsOf(folder: string): TraceEvent[] {
  const text = readFileSync(path.join(folder, 'trace.jsonl'), 'utf8');
  expect(text).toMatch(/\n$/);
  const events = text
    .trimEnd()
    .split('\n')
    .map((line): TraceEvent => JSON.parse(line));
  const times = events.map(({ t }) => t);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  for (const [, file = ''] of text.matchAll(/"file":"([^"]+)"/g)) {
    expect(statSync(path.join(folder, file)).size, file).toBeGreaterThan(50);
  }
  return events;
}

/** The events of one type. */
export function eventsOfType<T extends TraceEvent['type']>(
  folder: string,
  type: T,
): Extract<TraceEvent, { readonly type: T }>[] {
  return eventsOf(folder).filter((event): event is Extract<TraceEvent, { readonly type: T }> => event.type === type);
}

/** Everything that a trace has on disk, names included, as one text. */
export function everythingIn(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map(
      (entry) =>
        `${entry.name}\n${entry.isFile() ? readFileSync(path.join(entry.parentPath, entry.name), 'latin1') : ''}`,
    )
    .join('\n');
}

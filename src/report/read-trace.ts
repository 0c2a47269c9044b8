import { open, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  SCREENS_FOLDER,
  TRACE_FILE,
  TRACE_VERSION,
  type TraceEvent,
  type TraceHeader,
} from '../automation/trace/trace-format.ts';
import { UsageError } from '../rfb/errors.ts';
import type { ReportTrace, TraceSummary } from './report-data.ts';

/** No writer of ours makes more, and no browser likes more. */
const MAX_TRACE_BYTES = 64 * 1024 * 1024;
const MAX_PICTURE_BYTES = 64 * 1024 * 1024;

const PICTURE_FILE = new RegExp(`^${SCREENS_FOLDER}/[0-9a-f]{16}\\.png$`);

/** The folders that are traces: `folder` itself, or what is directly in it. @throws UsageError `BAD_TRACE` */
export async function traceFolders(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  if (entries.includes(TRACE_FILE)) return [folder];
  const inner = entries.sort().map((entry) => path.join(folder, entry));
  const found: string[] = [];
  for (const candidate of inner) {
    if ((await readdir(candidate).catch((): string[] => [])).includes(TRACE_FILE)) found.push(candidate);
  }
  if (found.length > 0) return found;
  throw badTrace(
    folder,
    `no trace is there (no ${TRACE_FILE}, neither in a folder in it); --trace ${folder} makes one`,
  );
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw badTrace(folder, `cannot be read as a folder (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** The events of a trace; a line that was cut off at the end is left out. @throws UsageError `BAD_TRACE` */
export async function readTrace(folder: string): Promise<ReportTrace> {
  const file = path.join(folder, TRACE_FILE);
  const lines = (await readText(file)).split('\n');
  const last = lines.pop();
  const events = lines.map((line, i) => parseEvent(line, `${file} line ${i + 1}`));
  const [header] = events;
  if (header?.type !== 'trace') throw badTrace(file, 'line 1 is no head of a trace ("type":"trace")');
  if (header.version !== TRACE_VERSION) {
    const hint = 'read it with the program that wrote it';
    throw badTrace(file, `is of version ${header.version}, this program reads version ${TRACE_VERSION}; ${hint}`);
  }
  const whole = last === '' ? events : [...events, ...salvaged(last)];
  return { name: folder, events: whole, summary: summaryOf(header, whole) };
}

/** In base64, by name. What is missing or too much is left out. */
export async function readPictures(folder: string, { events }: ReportTrace): Promise<Record<string, string>> {
  const names = new Set<string>();
  JSON.stringify(events, (key, value: unknown) => {
    if (key === 'file' && typeof value === 'string' && PICTURE_FILE.test(value)) names.add(value);
    return value;
  });
  const pictures: Record<string, string> = {};
  let bytes = 0;
  for (const name of names) {
    const picture = await readFile(path.join(folder, name)).catch(() => undefined);
    if (!picture || bytes + picture.length > MAX_PICTURE_BYTES) continue;
    bytes += picture.length;
    pictures[name] = picture.toString('base64');
  }
  return pictures;
}

async function readText(file: string): Promise<string> {
  const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
    throw badTrace(file, `cannot be read (${cause.code})`, cause);
  });
  try {
    const { size } = await handle.stat();
    if (size > MAX_TRACE_BYTES) throw badTrace(file, `has ${size} bytes, the limit is ${MAX_TRACE_BYTES}`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function parseEvent(line: string, where: string): TraceEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw badTrace(where, 'is no JSON: the file is damaged', cause);
  }
  const { t, type } = (typeof value === 'object' && value !== null ? value : {}) as Partial<TraceEvent>;
  if (typeof t === 'number' && typeof type === 'string') return value as TraceEvent;
  throw badTrace(where, 'is no event: wanted {"t": milliseconds, "type": …}');
}

/** The last line of a file that was cut off may be whole all the same. */
function salvaged(line: string | undefined): TraceEvent[] {
  try {
    return line === undefined ? [] : [parseEvent(line, '')];
  } catch {
    return [];
  }
}

function summaryOf(header: TraceHeader, events: readonly TraceEvent[]): TraceSummary {
  const end = events.findLast((event) => event.type === 'end');
  const error = events.findLast((event) => event.type === 'error');
  return {
    outcome: end?.outcome ?? 'cutOff',
    exitCode: end?.exitCode,
    target: header.target ?? '',
    task: header.task ?? '',
    started: header.started,
    milliseconds: events.at(-1)?.t ?? 0,
    message: end?.outcome === 'failed' ? error?.message : undefined,
  };
}

function badTrace(where: string, why: string, cause?: unknown): UsageError {
  return new UsageError('BAD_TRACE', `${where}: ${why}`, { cause });
}

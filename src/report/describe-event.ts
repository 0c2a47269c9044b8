import type { TraceEvent, WaitEnded } from '../automation/trace/trace-format.ts';

/** What a reader may want to see or not. */
export const categories = ['screens', 'input', 'waits', 'protocol', 'messages'] as const;
export type Category = (typeof categories)[number];

/** An event for people. */
export interface Description {
  readonly category: Category;
  readonly title: string;
  readonly detail?: string;
  readonly tone?: 'good' | 'bad';
}

export function describeEvent(event: TraceEvent): Description {
  switch (event.type) {
    case 'trace':
      return { category: 'messages', title: event.task ?? 'the trace begins', detail: event.program };
    case 'screen': {
      const size = `${event.width}×${event.height}`;
      const part = event.region ? ` of a part at ${event.region.x},${event.region.y}` : '';
      if (event.why === 'captured') return { category: 'screens', title: `screenshot${part}`, detail: size };
      return { category: 'screens', title: event.why === 'last' ? 'the last screen' : 'the screen', detail: size };
    }
    case 'typing':
      return { category: 'input', title: `types ${characters(event.characters)}` };
    case 'pasting':
      return { category: 'input', title: `pastes ${characters(event.characters)}` };
    case 'keys': {
      const verb = { press: 'presses', down: 'holds', up: 'releases' }[event.action];
      const times = event.repeat > 1 ? { detail: `${event.repeat} times` } : {};
      return { category: 'input', title: `${verb} ${event.chords.join(' ')}`, ...times };
    }
    case 'pointer':
      return { category: 'input', ...describePointer(event) };
    case 'waiting': {
      const limit = event.timeoutMs === undefined ? {} : { detail: `for ${time(event.timeoutMs)} at most` };
      return { category: 'waits', title: `waits for ${event.condition}`, ...limit };
    }
    case 'look':
      return { category: 'waits', title: event.seen, detail: percent(event.score) };
    case 'waited':
      return describeWait(event);
    case 'protocol':
      return { category: 'protocol', title: event.text };
    case 'wire':
      return { category: 'protocol', title: describeWire(event) };
    case 'error':
      return { category: 'messages', title: event.message, detail: event.code ?? event.kind, tone: 'bad' };
    case 'note':
      return { category: 'messages', title: event.text };
    case 'limit':
      return { category: 'messages', title: event.text, detail: 'limit' };
    case 'end': {
      const exitCode = event.exitCode === undefined ? {} : { detail: `exit code ${event.exitCode}` };
      const failed = event.outcome === 'failed';
      return { category: 'messages', title: failed ? 'failed' : 'done', ...exitCode, tone: failed ? 'bad' : 'good' };
    }
    default:
      // Of a later version.
      return { category: 'messages', title: String((event as { readonly type: unknown }).type) };
  }
}

export function time(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function percent(score: number): string {
  // 99.96 % is no match.
  return `${(Math.floor(score * 1000) / 10).toFixed(score === 1 ? 0 : 1)} %`;
}

function describeWait({ outcome, condition, milliseconds, last, message }: WaitEnded): Description {
  if (outcome === 'met') {
    return { category: 'waits', title: last?.seen ?? condition, detail: `after ${time(milliseconds)}`, tone: 'good' };
  }
  const detail = outcome === 'timedOut' ? `timed out after ${time(milliseconds)}` : 'ended';
  return { category: 'waits', title: message ?? `${condition}: in vain`, detail, tone: 'bad' };
}

function describePointer({ action, detail }: Extract<TraceEvent, { readonly type: 'pointer' }>) {
  const { x, y, fromX, fromY, dx, dy, button, count } = detail;
  const place = x === undefined || y === undefined ? '' : ` ${x},${y}`;
  const which = button === undefined || button === 'left' ? '' : `${button}-`;
  switch (action) {
    case 'move':
      return { title: `moves to${place}` };
    case 'click':
      return {
        title: `${which}clicks at${place}`,
        ...(count !== undefined && count !== 1 && { detail: `${count} times` }),
      };
    case 'drag':
      return { title: `${which}drags from ${fromX},${fromY} to${place}` };
    case 'scroll':
      return { title: `scrolls by ${dx},${dy}${place === '' ? '' : ` at${place}`}` };
    default:
      return { title: `${which}button ${action}${place === '' ? '' : ` at${place}`}` };
  }
}

function describeWire({
  sent,
  received,
  rects,
  pixels,
  bytes,
  seconds,
}: Extract<TraceEvent, { readonly type: 'wire' }>) {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const painted = pixels > 0 ? ` (${list(rects).join(', ')}; ${pixels} pixels)` : '';
  const parts = [
    ...(Object.keys(sent).length > 0 ? [`sent ${list(sent).join(', ')}`] : []),
    ...(Object.keys(received).length > 0 ? [`received ${list(received).join(', ')}${painted}, ${bytes} bytes`] : []),
  ];
  return `${parts.join('; ')}, in ${time(seconds * 1000)}`;
}

function characters(count: number): string {
  return `${count} character${count === 1 ? '' : 's'}`;
}

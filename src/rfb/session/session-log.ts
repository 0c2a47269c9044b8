import type { EventEmitter } from 'node:events';
import type { Log } from './log-event.ts';
import type { SessionEvents } from './receiver.ts';

/** Logs what a session receives, from the events that it has anyway. `confirmed`: the extensions known so far. */
export function logReceived(session: EventEmitter<SessionEvents>, confirmed: ReadonlySet<string>, log: Log): void {
  let rects: Record<string, number> = {};
  let pixels = 0;
  const known = new Set<string>();
  session.on('updateBegin', () => {
    rects = {};
    pixels = 0;
  });
  session.on('painted', ({ width, height }, encoding) => {
    rects[encoding] = (rects[encoding] ?? 0) + 1;
    pixels += width * height;
  });
  session.on('message', (message, length) => {
    for (const name of confirmed) {
      if (known.has(name)) continue;
      known.add(name);
      log({ type: 'extension', name });
    }
    if (message === 'FramebufferUpdate') log({ type: 'update', rects, pixels, length });
    else log({ type: 'received', message, length });
  });
  session.on('resize', (width, height) => log({ type: 'resize', width, height }));
  session.on('closed', (error) => log({ type: 'closed', ...(error && { error }) }));
}

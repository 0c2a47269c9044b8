import type { Session } from './session.ts';

/** Asks for a pixel each so often, until the session ends: something goes over the wire, both ways, while nothing happens. */
export function keepAlive(session: Session, everyMs: number): void {
  const ask = () => session.requestUpdate({ x: 0, y: 0, width: 1, height: 1 }, false);
  const timer = setInterval(() => ask().catch(() => {}), everyMs);
  session.lifetime.addEventListener('abort', () => clearInterval(timer), { once: true });
}

import type { LogEvent } from '../../rfb/session/log-event.ts';
import type { WireSummary } from './trace-format.ts';

/** Adds up the messages that come by the hundred. */
export class WireCounter {
  #since: number | undefined;
  #sent: Record<string, number> = {};
  #received: Record<string, number> = {};
  #rects: Record<string, number> = {};
  #pixels = 0;
  #bytes = 0;

  /** False when the event is none of those. */
  add(event: LogEvent, nowMs: number): boolean {
    switch (event.type) {
      case 'request':
        this.#count(this.#sent, 'FramebufferUpdateRequest');
        break;
      case 'sent':
        this.#count(this.#sent, event.message);
        break;
      case 'received':
        this.#count(this.#received, event.message);
        this.#bytes += event.length;
        break;
      case 'update':
        this.#count(this.#received, 'FramebufferUpdate');
        for (const [encoding, count] of Object.entries(event.rects)) this.#count(this.#rects, encoding, count);
        this.#pixels += event.pixels;
        this.#bytes += event.length;
        break;
      default:
        return false;
    }
    this.#since ??= nowMs;
    return true;
  }

  /** Whether the first of what was added is `ms` old. */
  isOlderThan(ms: number, nowMs: number): boolean {
    return this.#since !== undefined && nowMs - this.#since >= ms;
  }

  /** What was added since the last time; undefined when nothing was. */
  take(nowMs: number): WireSummary | undefined {
    if (this.#since === undefined) return undefined;
    const seconds = Math.round(nowMs - this.#since) / 1000;
    const summary: WireSummary = {
      ...{ type: 'wire', seconds, sent: this.#sent, received: this.#received, rects: this.#rects },
      ...{ pixels: this.#pixels, bytes: this.#bytes },
    };
    this.#since = undefined;
    this.#sent = {};
    this.#received = {};
    this.#rects = {};
    this.#pixels = 0;
    this.#bytes = 0;
    return summary;
  }

  #count(counts: Record<string, number>, name: string, by = 1): void {
    counts[name] = (counts[name] ?? 0) + by;
  }
}

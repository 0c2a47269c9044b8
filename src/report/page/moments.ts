import type { ScreenFile, TraceEvent, WaitEnded } from '../../automation/trace/trace-format.ts';
import type { Rect } from '../../rfb/protocol/rect.ts';
import { type Description, describeEvent, percent } from '../describe-event.ts';
import type { ReportTrace } from '../report-data.ts';

/** A picture that belongs to a moment. */
export interface View {
  readonly name: string;
  readonly screen: ScreenFile;
  readonly caption: string;
  /** What of it is meant. */
  readonly place?: Rect | undefined;
}

/** An event, and what there is to see of it. */
export interface Moment {
  readonly index: number;
  readonly event: TraceEvent;
  readonly description: Description;
  /** The first is shown; empty before the first screen. */
  readonly views: readonly View[];
}

export function momentsOf({ events }: ReportTrace): Moment[] {
  let shown: ScreenFile | undefined;
  return events.map((event, index) => {
    const whole = screenOf(event);
    if (whole) shown = whole;
    return { index, event, description: describeEvent(event), views: viewsOf(event, shown) };
  });
}

/** The whole screen as an event has it. */
function screenOf(event: TraceEvent): ScreenFile | undefined {
  if (event.type === 'screen' && !event.region) return event;
  return event.type === 'waited' ? event.last?.screen : undefined;
}

function viewsOf(event: TraceEvent, shown: ScreenFile | undefined): View[] {
  const screen = shown ? [{ name: 'screen', screen: shown, caption: '' }] : [];
  switch (event.type) {
    case 'screen':
      return event.region
        ? [{ name: 'screenshot', screen: event, caption: 'a part of the screen' }, ...screen]
        : screen;
    case 'look':
      return screen.map((view) => ({ ...view, caption: event.seen, place: event.place }));
    case 'pointer': {
      const { x, y } = event.detail;
      if (typeof x !== 'number' || typeof y !== 'number') return screen;
      return screen.map((view) => ({ ...view, place: { x: x - 8, y: y - 8, width: 17, height: 17 } }));
    }
    case 'waited':
      return viewsOfWait(event, screen);
    default:
      return screen;
  }
}

function viewsOfWait({ outcome, last, best, difference }: WaitEnded, screen: readonly View[]): View[] {
  if (outcome === 'met') return screen.map((view) => ({ ...view, caption: last?.seen ?? '', place: last?.place }));
  const views: View[] = [];
  if (last?.screen) {
    const caption = `the last screen: ${last.seen} (${percent(last.score)})`;
    views.push({ name: 'last', screen: last.screen, caption, place: last.place });
  }
  if (best?.screen) {
    const caption = `the nearest: ${best.seen} (${percent(best.score)})`;
    views.push({ name: 'nearest', screen: best.screen, caption, place: best.place });
  }
  if (difference)
    views.push({ name: 'difference', screen: difference, caption: 'red is what differs from what was wanted' });
  return views.length > 0 ? views : [...screen];
}

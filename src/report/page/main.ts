import { time } from '../describe-event.ts';
import type { ReportData, ReportTrace } from '../report-data.ts';
import { byId, element } from './dom.ts';
import { Player } from './player.ts';

const data: ReportData = JSON.parse(byId('data').textContent ?? '');
let player: Player | undefined;

for (const [i, trace] of data.traces.entries()) {
  const button = element(
    'button',
    { type: 'button', title: trace.name, onclick: () => open(i) },
    badge(trace),
    element('span', { className: 'name' }, trace.name.split(/[\\/]/).filter(Boolean).at(-1) ?? trace.name),
    element('span', { className: 'detail' }, trace.summary.message ?? trace.summary.task),
  );
  byId('traces').append(element('li', {}, button));
}
byId('traces').hidden = data.traces.length < 2;
const worst = data.traces.findIndex(({ summary }) => summary.outcome !== 'done');
open(Math.max(0, worst));

function open(number: number): void {
  const trace = data.traces[number];
  if (!trace) return;
  for (const [i, item] of [...byId('traces').children].entries()) {
    item.querySelector('button')?.setAttribute('aria-current', String(i === number));
  }
  player?.stop();
  head(trace);
  player = new Player(trace, data.pictures);
}

function head({ summary, name }: ReportTrace): void {
  const { task, target, started, milliseconds, message } = summary;
  byId('task').textContent = task || name;
  byId('outcome').replaceChildren(badge({ summary }));
  const facts = { Target: target, Began: new Date(started).toLocaleString(), Took: time(milliseconds), Trace: name };
  byId('facts').replaceChildren(
    ...Object.entries(facts)
      .filter(([, value]) => value !== '')
      .map(([key, value]) => element('div', {}, element('dt', {}, key), element('dd', {}, value))),
  );
  const error = byId('message');
  error.textContent = message ?? '';
  error.hidden = message === undefined;
}

function badge({ summary: { outcome, exitCode } }: Pick<ReportTrace, 'summary'>): HTMLElement {
  const words = { done: 'passed', failed: 'failed', cutOff: 'cut off' }[outcome];
  const code = exitCode === undefined || exitCode === 0 ? '' : ` · exit code ${exitCode}`;
  return element('span', { className: `badge ${outcome}` }, `${words}${code}`);
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || !player) return;
  const { target, key, shiftKey } = event;
  // A space on a button or a box is that one's own.
  if (key === ' ' && target instanceof Element && target.closest('button, input:not(#slider), summary')) return;
  const action = KEYS[shiftKey && key.startsWith('Arrow') ? `Shift+${key}` : key];
  if (!action) return;
  event.preventDefault();
  action(player);
});

const isScreen = ({ event }: { readonly event: { readonly type: string } }) => event.type === 'screen';
const isWait = ({ event }: { readonly event: { readonly type: string } }) => event.type === 'waited';
const isBad = ({ description }: { readonly description: { readonly tone?: string } }) => description.tone === 'bad';

const KEYS: Readonly<Record<string, (player: Player) => void>> = {
  ArrowLeft: (player) => player.step(-1),
  ArrowUp: (player) => player.step(-1),
  ArrowRight: (player) => player.step(1),
  ArrowDown: (player) => player.step(1),
  'Shift+ArrowLeft': (player) => player.step(-1, isScreen),
  'Shift+ArrowRight': (player) => player.step(1, isScreen),
  w: (player) => player.step(1, isWait),
  W: (player) => player.step(-1, isWait),
  e: (player) => player.step(1, isBad),
  E: (player) => player.step(-1, isBad),
  Home: (player) => player.first(),
  End: (player) => player.last(),
  ' ': (player) => player.togglePlay(),
  1: (player) => player.chooseView(0),
  2: (player) => player.chooseView(1),
  3: (player) => player.chooseView(2),
};

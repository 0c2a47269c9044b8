import { check } from './check.ts';
import { click } from './click.ts';
import { clipboard } from './clipboard.ts';
import { close } from './close.ts';
import type { CommandPlug } from './command-plug.ts';
import { completion } from './completion.ts';
import { drag } from './drag.ts';
import { exportCommand } from './export.ts';
import { key } from './key.ts';
import { lint } from './lint.ts';
import { list } from './list.ts';
import { move } from './move.ts';
import { open } from './open.ts';
import { paste } from './paste.ts';
import { power } from './power.ts';
import { probe } from './probe.ts';
import { proxy } from './proxy.ts';
import { record } from './record.ts';
import { replay } from './replay.ts';
import { report } from './report.ts';
import { resize } from './resize.ts';
import { run } from './run.ts';
import { screenshot } from './screenshot.ts';
import { scroll } from './scroll.ts';
import { serve } from './serve.ts';
import { sessions } from './sessions.ts';
import { term } from './term.ts';
import { text } from './text.ts';
import { type } from './type.ts';
import { url } from './url.ts';
import { vdo } from './vdo.ts';
import { wait } from './wait.ts';

/** Every command, in the order of `rfbctl help`. */
export const commands: readonly CommandPlug[] = [
  screenshot,
  text,
  wait,
  type,
  key,
  run,
  lint,
  vdo,
  click,
  move,
  drag,
  scroll,
  paste,
  clipboard,
  resize,
  check,
  open,
  close,
  sessions,
  record,
  replay,
  exportCommand,
  proxy,
  probe,
  list,
  power,
  url,
  term,
  serve,
  report,
  completion,
];

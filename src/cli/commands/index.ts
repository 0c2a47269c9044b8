import { click } from './click.ts';
import type { CommandPlug } from './command-plug.ts';
import { completion } from './completion.ts';
import { drag } from './drag.ts';
import { key } from './key.ts';
import { move } from './move.ts';
import { probe } from './probe.ts';
import { screenshot } from './screenshot.ts';
import { scroll } from './scroll.ts';
import { type } from './type.ts';

/** Every command, in the order of `rfbctl help`. */
export const commands: readonly CommandPlug[] = [screenshot, type, key, click, move, drag, scroll, probe, completion];

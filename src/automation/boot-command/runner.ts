import { writeFile } from 'node:fs/promises';
import { ActionError, RfbError } from '../../rfb/errors.ts';
import type { Console } from '../console.ts';
import { middleOf } from '../console-screen.ts';
import { encodeImage, imageFormatOf } from '../image-file.ts';
import { type Clock, systemClock } from '../pace.ts';
import type { Point } from '../pointer.ts';
import { describePresses, pressUntil } from '../press-until.ts';
import { RELEASE_TIMEOUT_MS } from '../turns.ts';
import type { Condition, Verdict } from '../waiting/condition.ts';
import { type Met, type WaitForOptions, WaitTimeoutError } from '../waiting/wait-for.ts';
import { assertTypable, type KeyTiming, keyOptions, restAfterPressMs, typeOptions } from './key-timing.ts';
import { type Instruction, programOf } from './program.ts';
import { describePlace } from './script-source.ts';
import { everyStep, type Step, type StepCondition, type StepTarget } from './step.ts';
import { StepConditions } from './step-conditions.ts';

/** What a script needs of a console. */
export type ScriptedConsole = Pick<Console, 'keyboard' | 'pointer' | 'screen' | 'capture' | 'paste' | 'session'> &
  Partial<Pick<Console, 'note' | 'keepSecret'>>;

export interface RunStepsOptions extends KeyTiming {
  readonly signal?: AbortSignal | undefined;
  /** Of waits that say nothing else, in milliseconds. Default 60 000. */
  readonly waitTimeoutMs?: number | undefined;
  /** Told of each step before it is done. */
  readonly onBegin?: ((step: Step, number: number) => void) | undefined;
  /** Told of each step that is done. */
  readonly onStep?: ((done: StepDone) => void) | undefined;
  /** Keeps a screenshot; default: the file of this name. */
  readonly saveFile?: ((file: string, bytes: Uint8Array) => Promise<void>) | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
}

export interface StepDone {
  readonly step: Step;
  /** From 1 on, in the order in which steps are done. */
  readonly number: number;
  readonly milliseconds: number;
  /** What a wait has seen, without secrets. */
  readonly seen?: string;
}

export interface RunReport {
  /** So many steps were done. */
  readonly steps: number;
  readonly milliseconds: number;
}

export const DEFAULT_WAIT_TIMEOUT_MS = 60_000;
/** A script that goes round and round: at ten steps a second that is more than a day. */
const MAX_STEPS = 1_000_000;

/**
 * Does the steps one after another on a console. Whatever the script holds down is released at the end, however it ends.
 * Errors begin with the step: its number, its place in the script, what it says.
 * @throws UsageError `BAD_KEY` before anything is typed · WaitTimeoutError with what was seen · ActionError `ACTION_FAILED` for `<fail>` · as the calls of the console
 */
export async function runSteps(
  console: ScriptedConsole,
  steps: readonly Step[],
  options: RunStepsOptions = {},
): Promise<RunReport> {
  const started = performance.now();
  assertTypable(steps, options);
  const run = new Run(console, steps, options, await StepConditions.of(steps));
  try {
    return { steps: await run.run(programOf(steps)), milliseconds: Math.round(performance.now() - started) };
  } finally {
    await run.release();
  }
}

/** What a record may say of a step: keys and texts are told by those who press and type them, without their characters. */
function recorded({ action, source }: Step): string {
  return ['type', 'paste', 'press', 'down', 'up'].includes(action) ? action : source;
}

class Run {
  readonly #console: ScriptedConsole;
  readonly #options: RunStepsOptions;
  readonly #clock: Clock;
  readonly #conditions: StepConditions;
  readonly #secrets: readonly string[];
  /** Undoes what is held down, the last one first. */
  readonly #held: { readonly what: string; readonly release: (signal: AbortSignal) => Promise<void> }[] = [];

  constructor(console: ScriptedConsole, steps: readonly Step[], options: RunStepsOptions, conditions: StepConditions) {
    this.#console = console;
    this.#conditions = conditions;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#secrets = Array.from(everyStep(steps)).flatMap((step) => (step.action === 'type' ? step.secrets : []));
  }

  /** Resolves with how many steps were done. */
  async run(program: readonly Instruction[]): Promise<number> {
    for (const secret of this.#secrets) this.#console.keepSecret?.(secret);
    let done = 0;
    for (let at = 0; ; ) {
      const instruction = program[at];
      if (!instruction) return done;
      const { step } = instruction;
      if (instruction.does === 'jump' && step.action === 'if') {
        at = instruction.to;
        continue;
      }
      at = await this.#reported(step, ++done, async () => {
        if (done > MAX_STEPS) throw new ActionError('ACTION_FAILED', `the script has done ${MAX_STEPS} steps`);
        if (instruction.does === 'jump') return { next: instruction.to };
        if (instruction.does === 'step') return { next: at + 1, ...(await this.#do(instruction.step)) };
        const { holds, seen } = await this.#test(instruction.step);
        return { next: holds ? at + 1 : instruction.to, seen };
      });
    }
  }

  /** Whatever fails here would hide why the script ended. */
  async release(): Promise<void> {
    const signal = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
    for (const { release } of this.#held.splice(0).reverse()) await release(signal).catch(() => {});
  }

  async #reported(
    step: Step,
    number: number,
    action: () => Promise<{ readonly next: number; readonly seen?: string }>,
  ): Promise<number> {
    const { onBegin, onStep } = this.#options;
    onBegin?.(step, number);
    this.#console.note?.(`step ${number}, ${describePlace(step.place)}: ${recorded(step)}`);
    const started = performance.now();
    try {
      this.#options.signal?.throwIfAborted();
      const { next, seen } = await action();
      const milliseconds = Math.round(performance.now() - started);
      onStep?.({ step, number, milliseconds, ...(seen !== undefined && { seen: this.#masked(seen) }) });
      return next;
    } catch (error) {
      if (error instanceof RfbError) {
        const which = `step ${number} (${describePlace(step.place)})${step.action === 'type' ? '' : `, ${step.source}`}`;
        error.message = `${which}: ${this.#masked(error.message)}`;
      }
      throw error;
    }
  }

  async #do(step: Extract<Instruction, { readonly does: 'step' }>['step']): Promise<{ readonly seen?: string }> {
    const { keyboard, pointer } = this.#console;
    const { signal } = this.#options;
    const keys = keyOptions(this.#options);
    switch (step.action) {
      case 'type':
        await keyboard.type(step.text, { ...typeOptions(this.#options), signal });
        return {};
      case 'press':
        return step.until ? this.#pressUntil(step, step.until) : this.#press(step);
      case 'down':
        this.#held.push({ what: step.chord, release: (stop) => keyboard.up(step.chord, { ...keys, signal: stop }) });
        await keyboard.down(step.chord, { ...keys, signal });
        return {};
      case 'up':
        await keyboard.up(step.chord, { ...keys, signal });
        this.#letGo(step.chord);
        return {};
      case 'pause':
        await this.#clock.sleep(step.ms, signal);
        return {};
      case 'wait': {
        const { verdict } = await this.#wait(step.condition, step.timeoutMs);
        return { seen: verdict.seen };
      }
      case 'screenshot': {
        const picture = await this.#console.capture({ signal, region: step.region });
        const { saveFile = writeFile } = this.#options;
        await saveFile(step.file, await encodeImage(picture, imageFormatOf(step.file)));
        return { seen: `${picture.width}x${picture.height}` };
      }
      case 'click': {
        const { at, button, count, timeoutMs } = step;
        const point = at && ('is' in at ? await this.#find(at, timeoutMs) : at);
        const options = { button, count, signal };
        await (point ? pointer.click(point.x, point.y, options) : pointer.click(options));
        return point && at && 'is' in at ? { seen: `at ${point.x},${point.y}` } : {};
      }
      case 'move':
        await pointer.move(step.to.x, step.to.y, { durationMs: step.durationMs, signal });
        return {};
      case 'button-down': {
        const { button } = step;
        this.#held.push({ what: `button ${button}`, release: (stop) => pointer.up({ button, signal: stop }) });
        await pointer.down({ button, signal });
        return {};
      }
      case 'button-up':
        await pointer.up({ button: step.button, signal });
        this.#letGo(`button ${step.button}`);
        return {};
      case 'paste':
        await this.#console.paste(step.text, { signal });
        return {};
      case 'resize':
        await this.#console.session.setDesktopSize(step, { signal });
        return {};
      case 'fail':
        throw new ActionError('ACTION_FAILED', step.message);
    }
  }

  #letGo(what: string): void {
    const last = this.#held.findLastIndex((held) => held.what === what);
    if (last >= 0) this.#held.splice(last, 1);
  }

  async #press(step: Step & { readonly action: 'press' }): Promise<{ readonly seen?: string }> {
    const { chord, times: repeat, everyMs, holdMs } = step;
    const { signal } = this.#options;
    const keys = keyOptions(this.#options);
    const restMs = restAfterPressMs(step, this.#options);
    if (restMs === 0 || everyMs !== undefined) {
      await this.#console.keyboard.press(chord, { ...keys, repeat, everyMs, holdMs, signal });
      return {};
    }
    for (let done = 0; done < (repeat ?? 1); done++) {
      await this.#console.keyboard.press(chord, { ...keys, holdMs, signal });
      await this.#clock.sleep(restMs, signal);
    }
    return {};
  }

  async #pressUntil(
    { chord, times, everyMs, holdMs, forMs }: Step & { action: 'press' },
    until: StepCondition,
  ): Promise<{ readonly seen?: string }> {
    const { verdict, presses } = await pressUntil(
      this.#console.keyboard,
      chord,
      (options) => this.#wait(until, forMs, options),
      { ...keyOptions(this.#options), signal: this.#options.signal, times, everyMs, holdMs, clock: this.#clock },
    );
    return { seen: `${verdict.seen}, after ${describePresses(presses)}` };
  }

  async #find(target: StepTarget, timeoutMs: number | undefined): Promise<Point> {
    const { place, click } = (await this.#wait(target, timeoutMs)).verdict;
    if (!place) throw new ActionError('ACTION_FAILED', 'what was found has no place on the screen');
    return click ?? middleOf(place);
  }

  async #wait(condition: StepCondition, timeoutMs?: number, options: WaitForOptions = {}): Promise<Met> {
    const { signal, waitTimeoutMs = DEFAULT_WAIT_TIMEOUT_MS } = this.#options;
    const limits = { timeoutMs: timeoutMs ?? waitTimeoutMs, signal, ...options };
    return await this.#console.screen.waitFor(this.#make(condition), limits);
  }

  async #test({ condition, withinMs = 0 }: Step & { readonly action: 'if' }): Promise<Verdict> {
    const { signal } = this.#options;
    if (withinMs === 0) {
      const picture = await this.#console.capture({ signal });
      const { pixelFormat } = this.#console.session.state;
      const { reader } = this.#console.screen;
      return await this.#make(condition).look({ picture, first: picture, nowMs: 0, pixelFormat, reader });
    }
    try {
      return (await this.#wait(condition, withinMs)).verdict;
    } catch (error) {
      // The time for all of the script is another matter.
      signal?.throwIfAborted();
      if (error instanceof WaitTimeoutError && error.evidence) return error.evidence.last.verdict;
      throw error;
    }
  }

  #make(condition: StepCondition): Condition {
    return this.#conditions.make(condition);
  }

  #masked(text: string): string {
    return this.#secrets.reduce((masked, secret) => (secret === '' ? masked : masked.replaceAll(secret, '***')), text);
  }
}

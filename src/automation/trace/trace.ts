import { RfbError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import type { LogEvent } from '../../rfb/session/log-event.ts';
import type { Session } from '../../rfb/session/session.ts';
import type { Activity, Sight, WaitResult, WaitTask } from '../activity.ts';
import { describeLogEvent } from '../describe-log-event.ts';
import { encodePngAside } from '../image-file.ts';
import { Line } from '../line.ts';
import { type Picture, samePixels } from '../picture.ts';
import { ScreenBudget, type TraceLimits } from './screen-budget.ts';
import { ScreenFollower } from './screen-follower.ts';
import { TraceFolder } from './trace-folder.ts';
import {
  type ScreenFile,
  type ScreenShown,
  type SightRecord,
  TRACE_VERSION,
  type TraceEnd,
  type TraceEvent,
} from './trace-format.ts';
import { WireCounter } from './wire-counter.ts';

export interface TraceOptions extends TraceLimits {
  /** Where it leads, for the record. */
  readonly target?: string | undefined;
  /** What is to be done, for the record. */
  readonly task?: string | undefined;
  /** The program that writes it. Default: the library. */
  readonly program?: string | undefined;
  /** Whether the screen is looked at beside what else is done: default true. The last picture is taken in any case. */
  readonly follow?: boolean | undefined;
  /** Told once when the trace cannot be written any more; whatever is traced goes on. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** A session whose screen is being recorded. */
export interface Following {
  /** Resolves when there was a first picture; soon in any case. */
  readonly begun: Promise<void>;
  /** Takes the last picture. */
  stop(): Promise<void>;
}

type Fields<E> = E extends unknown ? Omit<E, 't'> : never;
type EventFields = Fields<TraceEvent>;

/** Events beyond are left out, but for what ends a wait, a session or the trace. */
const MAX_EVENTS = 50_000;
/** Pictures that wait to be written: of a screen that changes, and of what ends something. More are left out. */
const MAX_PENDING_CHANGES = 4;
const MAX_PENDING_PICTURES = 24;
/** In place of a secret. */
const SECRET = '***';
const WIRE_SUMMARY_MS = 1000;
const MAX_TEXT = 1000;

/**
 * A record of what happened to consoles: a folder with a file of events and pictures of screens. Writing goes on in the
 * background, in order; `close` waits for its end. It is told counts and names, and so holds nothing that was typed, but
 * for what a guest shows of it on its screen.
 */
export class Trace implements AsyncDisposable {
  readonly #folder: TraceFolder;
  readonly #options: TraceOptions;
  readonly #budget: ScreenBudget;
  readonly #started = performance.now();
  readonly #wire = new WireCounter();
  readonly #waits = new Map<WaitTask, WaitRecord>();
  readonly #files = new WeakMap<Picture, Promise<ScreenFile | undefined>>();
  readonly #secrets = new Set<string>();
  #writing: Promise<void> = Promise.resolve();
  #waitCount = 0;
  #events = 0;
  #pendingPictures = 0;
  /** The whole screen that was kept last. */
  #lastScreen: Picture | undefined;
  #closed: Promise<void> | undefined;
  #failure: string | undefined;

  /**
   * Begins a trace in a new folder; an older trace of the same name is kept as `NAME.1`.
   * @throws UsageError `BAD_OPTION` where there is anything else · ActionError `OUTPUT_FAILED`
   */
  static async create(folder: string, options: TraceOptions = {}): Promise<Trace> {
    return new Trace(await TraceFolder.create(folder), options);
  }

  private constructor(folder: TraceFolder, options: TraceOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#budget = new ScreenBudget(options, (text) => this.#write({ type: 'limit', text }));
    const { target, task, program = 'rfbctl (library)' } = options;
    const started = new Date().toISOString();
    this.#write({ type: 'trace', version: TRACE_VERSION, program, started, target, task });
  }

  /** The folder. */
  get path(): string {
    return this.#folder.path;
  }

  /** For `onLog` of a session. */
  readonly onLog = (event: LogEvent): void => {
    if (this.#wire.isOlderThan(WIRE_SUMMARY_MS, performance.now())) this.#writeWire();
    if (!this.#wire.add(event, performance.now()))
      this.#write({ type: 'protocol', event: event.type, text: this.#words(describeLogEvent(event)) });
  };

  /** For `onActivity` of a console. */
  readonly onActivity = (activity: Activity): void => {
    switch (activity.type) {
      case 'captured':
        this.#captured(activity);
        break;
      case 'note':
        this.note(activity.text);
        break;
      case 'secret':
        if (activity.text !== '') this.#secrets.add(activity.text);
        break;
      case 'waiting':
        this.#waiting(activity.wait);
        break;
      case 'look':
        this.#look(activity.wait, activity);
        break;
      case 'waited':
        this.#waited(activity.wait, activity.result);
        break;
      default:
        this.#write(activity);
    }
  };

  /** Keeps what the session shows, until it is stopped. */
  follow(source: Session | Line): Following {
    return new ScreenFollower(Line.of(source), {
      follow: this.#options.follow ?? true,
      onScreen: (picture) => this.#screen(picture),
      onLast: (picture) => void this.#screen(picture, 'last'),
      intervalMs: () => this.#budget.intervalMs,
    });
  }

  /** A line of yours. */
  note(text: string): void {
    this.#write({ type: 'note', text: this.#words(text) });
  }

  /** What went wrong. */
  failed(error: unknown): void {
    const { name: kind, message } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    const known = error instanceof RfbError ? { code: error.code, phase: error.phase } : {};
    this.#write({ type: 'error', kind, ...known, message: this.#words(message) }, true);
  }

  /** Writes what is left, and how it ended; idempotent. */
  async close({ outcome = 'done', exitCode }: Partial<Omit<TraceEnd, 'type'>> = {}): Promise<void> {
    if (!this.#closed) {
      this.#write({ type: 'end', outcome, exitCode }, true);
      this.#closed = this.#writing.then(() => this.#folder.close()).catch(() => {});
    }
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #captured({ picture, region }: Extract<Activity, { type: 'captured' }>): void {
    if (region) this.#show(picture, { why: 'captured', region });
    else this.#screen(picture, 'captured');
  }

  /** A whole screen; without a reason only when it differs from the one before. False when there is no room yet. */
  #screen(picture: Picture, why?: ScreenShown['why']): boolean {
    if (this.#lastScreen && samePixels(picture, this.#lastScreen)) return true;
    if (why === undefined) {
      const busy = this.#pendingPictures >= MAX_PENDING_CHANGES;
      if (busy || !this.#budget.admits(performance.now())) return this.#budget.isFull;
    }
    this.#lastScreen = picture;
    this.#show(picture, { why });
    return true;
  }

  #show(picture: Picture, details: Pick<ScreenShown, 'why' | 'region'>): void {
    const screen = this.#keep(picture);
    this.#write(async () => {
      const file = await screen;
      return file && { type: 'screen', ...file, ...details };
    });
  }

  #waiting(task: WaitTask): void {
    const wait = ++this.#waitCount;
    this.#waits.set(task, { wait, lookedMs: Number.NEGATIVE_INFINITY });
    const timeoutMs = Number.isFinite(task.timeoutMs) ? task.timeoutMs : undefined;
    this.#write({ type: 'waiting', wait, condition: this.#words(task.condition), timeoutMs });
  }

  #look(task: WaitTask, sight: Sight): void {
    const record = this.#waits.get(task);
    if (!record) return;
    const { verdict, picture } = sight;
    this.#screen(picture);
    const now = performance.now();
    const news = verdict.score !== record.score || verdict.seen !== record.seen;
    if (!news || now - record.lookedMs < this.#budget.intervalMs) return;
    Object.assign(record, { lookedMs: now, score: verdict.score, seen: verdict.seen });
    this.#write({ type: 'look', wait: record.wait, ...this.#describeVerdict(sight) });
  }

  #waited(task: WaitTask, { outcome, milliseconds, last, best, error }: WaitResult): void {
    const record = this.#waits.get(task);
    if (!record) return;
    this.#waits.delete(task);
    const lastRecord = this.#sight(last);
    const inVain = outcome !== 'met';
    const bestRecord = inVain ? this.#sight(best) : undefined;
    const different = inVain ? (best ?? last)?.verdict.difference?.() : undefined;
    const difference = different && this.#keep(different);
    if (last) this.#lastScreen = last.picture;
    this.#write(
      async () => ({
        ...{ type: 'waited', wait: record.wait, condition: this.#words(task.condition), outcome },
        milliseconds: Math.round(milliseconds),
        alternative: last?.verdict.alternative,
        last: await lastRecord,
        best: await bestRecord,
        difference: await difference,
        message: error && this.#words(error.message),
      }),
      true,
    );
  }

  async #sight(sight: Sight | undefined): Promise<SightRecord | undefined> {
    return sight && { ...this.#describeVerdict(sight), screen: await this.#keep(sight.picture) };
  }

  /** Has the picture written; undefined when there is no room. */
  #keep(picture: Picture): Promise<ScreenFile | undefined> {
    const known = this.#files.get(picture);
    if (known) return known;
    const kept = this.#save(picture);
    this.#files.set(picture, kept);
    return kept;
  }

  async #save(picture: Picture): Promise<ScreenFile | undefined> {
    const { width, height } = picture;
    if (this.#failure !== undefined || !this.#budget.hasReserve || this.#pendingPictures >= MAX_PENDING_PICTURES) {
      return undefined;
    }
    this.#pendingPictures++;
    try {
      const { file, bytes } = await this.#folder.addPicture(await encodePngAside(picture));
      this.#budget.kept(bytes);
      return { file, width, height };
    } catch (error) {
      this.#fail(error);
      return undefined;
    } finally {
      this.#pendingPictures--;
    }
  }

  #describeVerdict({ verdict }: Sight): SightRecord {
    const score = Math.round(verdict.score * 1e4) / 1e4;
    return { score, seen: this.#words(verdict.seen), place: verdict.place };
  }

  /** For people: one line, and nothing that is to be kept secret. */
  #words(text: string): string {
    let shown = text;
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, SECRET);
    return printable(shown, MAX_TEXT);
  }

  #writeWire(): void {
    const summary = this.#wire.take(performance.now());
    if (summary) this.#enqueue(summary, false);
  }

  /** `always`: beyond the limit, too. An event that has yet to be made keeps its place and its time. */
  #write(event: EventFields | (() => Promise<EventFields | undefined>), always = false): void {
    if (always || this.#wire.isOlderThan(WIRE_SUMMARY_MS, performance.now())) this.#writeWire();
    this.#enqueue(event, always);
  }

  #enqueue(event: EventFields | (() => Promise<EventFields | undefined>), always: boolean): void {
    if (this.#closed) return;
    const t = Math.round((performance.now() - this.#started) * 10) / 10;
    this.#events++;
    if (this.#events > MAX_EVENTS && !always) {
      if (this.#events > MAX_EVENTS + 1) return;
      event = {
        type: 'limit',
        text: `the trace has ${MAX_EVENTS} events, the limit: from here on only what ends something`,
      };
    }
    this.#writing = this.#writing.then(async () => {
      const made = typeof event === 'function' ? await event() : event;
      if (made === undefined || this.#failure !== undefined) return;
      await this.#folder.append({ t, ...made }).catch((error: unknown) => this.#fail(error));
    });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    this.#failure = code;
    this.#options.onWarning?.(`the trace in ${this.path} ends here: it cannot be written (${code})`);
  }
}

interface WaitRecord {
  readonly wait: number;
  lookedMs: number;
  score?: number;
  seen?: string;
}

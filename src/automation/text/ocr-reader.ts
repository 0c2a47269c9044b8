import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Worker } from 'tesseract.js';
import { ActionError, UsageError } from '../../rfb/errors.ts';
import type { Picture } from '../picture.ts';
import { OcrScreen, type OcrWord } from './ocr-screen.ts';
import type { ScreenReader } from './screen-text.ts';

export interface OcrOptions {
  /** As the package `@tesseract.js-data/LANGUAGE` is called; default `eng`. */
  readonly language?: string | undefined;
}

/** Letters of screens are small for what it was taught by. */
const SCALES = [3, 2];
const MAX_SCALED_PIXELS = 12 << 20;

const require = createRequire(import.meta.url);

/**
 * Reads text on graphical screens by optical character recognition: the package `tesseract.js`, with a language's data from a
 * package too, offline. It guesses, and takes seconds.
 */
export class OcrReader implements ScreenReader, AsyncDisposable {
  readonly #worker: Worker;
  /** What was read already: several conditions look at the same picture. */
  readonly #read = new WeakMap<Uint8Array, Promise<OcrScreen>>();
  #last: Promise<unknown> = Promise.resolve();

  /** @throws UsageError `PACKAGE_MISSING` with the command that installs what is not there · ActionError `ACTION_FAILED` */
  static async create({ language = 'eng' }: OcrOptions = {}): Promise<OcrReader> {
    const langPath = dataFolder(language);
    const { createWorker, OEM } = await import('tesseract.js').catch((cause: unknown) => {
      throw missing('tesseract.js', language, cause);
    });
    const failed = (cause: unknown) =>
      new ActionError('ACTION_FAILED', `tesseract.js does not start: ${String(cause)}`, { cause });
    const worker = await createWorker(language, OEM.LSTM_ONLY, { langPath, cacheMethod: 'none', gzip: true }).catch(
      (cause: unknown) => {
        throw failed(cause);
      },
    );
    // Told nothing, it estimates the resolution, and says so on standard error.
    await worker.setParameters({ user_defined_dpi: '300' });
    idle(worker);
    return new OcrReader(worker);
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  read(picture: Picture): Promise<OcrScreen> {
    const known = this.#read.get(picture.rgba);
    if (known) return known;
    const reading = this.#last.then(() => this.#recognise(picture));
    this.#read.set(picture.rgba, reading);
    this.#last = reading.catch(() => {});
    return reading;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #recognise(picture: Picture): Promise<OcrScreen> {
    const pixels = picture.width * picture.height;
    if (pixels === 0) return new OcrScreen([]);
    const scale = SCALES.find((each) => each * each * pixels <= MAX_SCALED_PIXELS) ?? 1;
    busy(this.#worker);
    try {
      const { data } = await this.#worker.recognize(pgm(picture, scale), {}, { blocks: true, text: false });
      const lines = (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap((paragraph) => paragraph.lines));
      return new OcrScreen(
        lines.map(({ words }) => words.map((word) => wordOf(word, scale)).filter(({ text }) => text)),
      );
    } finally {
      idle(this.#worker);
    }
  }
}

interface RecognisedWord {
  readonly text: string;
  readonly confidence: number;
  readonly bbox: { readonly x0: number; readonly y0: number; readonly x1: number; readonly y1: number };
}

function wordOf({ text, confidence, bbox }: RecognisedWord, scale: number): OcrWord {
  const x = Math.floor(bbox.x0 / scale);
  const y = Math.floor(bbox.y0 / scale);
  const place = { x, y, width: Math.ceil(bbox.x1 / scale) - x, height: Math.ceil(bbox.y1 / scale) - y };
  return { text: text.trim(), place, confidence: confidence / 100 };
}

/** The picture in grey, larger and smooth, in a format that needs no compression. */
function pgm({ width, height, rgba }: Picture, scale: number): Buffer {
  const head = Buffer.from(`P5 ${width * scale} ${height * scale} 255\n`);
  const out = Buffer.alloc(head.length + width * height * scale * scale);
  head.copy(out);
  const grey = new Float32Array(width * height);
  for (let i = 0; i < grey.length; i++) {
    grey[i] = 0.299 * (rgba[4 * i] ?? 0) + 0.587 * (rgba[4 * i + 1] ?? 0) + 0.114 * (rgba[4 * i + 2] ?? 0);
  }
  const columns = Array.from({ length: width * scale }, (_, x) => between(x, scale, width));
  for (let y = 0, at = head.length; y < height * scale; y++) {
    const row = between(y, scale, height);
    const above = row.first * width;
    const below = row.second * width;
    for (const { first, second, share } of columns) {
      const upper = (grey[above + first] ?? 0) * (1 - share) + (grey[above + second] ?? 0) * share;
      const lower = (grey[below + first] ?? 0) * (1 - share) + (grey[below + second] ?? 0) * share;
      out[at++] = Math.round(upper * (1 - row.share) + lower * row.share);
    }
  }
  return out;
}

/** Between which pixels a scaled one lies, and how near to the second. */
function between(scaled: number, scale: number, length: number) {
  const place = Math.min(Math.max((scaled + 0.5) / scale - 0.5, 0), length - 1);
  const first = Math.floor(place);
  return { first, second: Math.min(first + 1, length - 1), share: place - first };
}

/** @throws UsageError `PACKAGE_MISSING`, `BAD_OPTION` */
function dataFolder(language: string): string {
  if (!/^[a-z]{3}(?:_[a-z]+)?$/i.test(language)) {
    throw new UsageError(
      'BAD_OPTION',
      `${JSON.stringify(language)} is no language of OCR: wanted a code such as eng or deu`,
    );
  }
  try {
    const folder = path.dirname(require.resolve(`@tesseract.js-data/${language}/package.json`));
    const data = path.join(folder, '4.0.0_best_int');
    if (existsSync(path.join(data, `${language}.traineddata.gz`))) return data;
    throw new Error(`${data} has no ${language}.traineddata.gz`);
  } catch (cause) {
    throw missing(`@tesseract.js-data/${language}`, language, cause);
  }
}

function missing(what: string, language: string, cause: unknown): UsageError {
  const install = `npm install tesseract.js @tesseract.js-data/${language}`;
  return new UsageError('PACKAGE_MISSING', `OCR needs the package ${what}, which is not installed: ${install}`, {
    cause,
  });
}

/** What is told to the worker's thread, where there is one. */
interface Thread {
  ref?(): void;
  unref?(): void;
}

function busy(worker: Worker & { readonly worker?: Thread }): void {
  worker.worker?.ref?.();
}

/** A reader that nobody closes does not keep the process alive. */
function idle(worker: Worker & { readonly worker?: Thread }): void {
  worker.worker?.unref?.();
}

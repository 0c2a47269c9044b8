import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ActionError } from '../../rfb/errors.ts';
import { type Frame, frames } from '../frames.ts';
import type { Exporter } from './export.ts';

/** Frames a second. */
const RATE = 10;

/** A film by ffmpeg, which is given every frame as it is. Its size is the first frame's; larger ones are cut, smaller ones stand on black. */
function film(extension: string, summary: string, codec: readonly string[]): Exporter {
  return {
    extensions: [extension],
    summary: `${summary} (by ffmpeg, which must be installed)`,
    async render(recording, options) {
      const folder = await mkdtemp(path.join(tmpdir(), 'rfbctl-film-'));
      const output = path.join(folder, `film${extension}`);
      let encoder: Encoder | undefined;
      try {
        let shown: Frame | undefined;
        let written = 0;
        const firstMs = options.fromMs ?? 0;
        const showUntil = async (ms: number) => {
          for (; shown && encoder && written < ((ms - firstMs) / 1000) * RATE; written++) await encoder.write(shown);
        };
        for await (const frame of frames(recording, { ...options, intervalMs: 1000 / RATE })) {
          options.signal?.throwIfAborted();
          options.onProgress?.(frame.ms);
          encoder ??= await Encoder.start(frame.picture, output, codec);
          await showUntil(frame.ms);
          shown = frame;
        }
        if (shown === undefined || encoder === undefined) {
          throw new ActionError('ACTION_FAILED', `${recording.name}: nothing was shown in that time`);
        }
        // The last one stays until the end, and for a second at least.
        const endMs = Math.min(options.toMs ?? Number.POSITIVE_INFINITY, recording.durationMs ?? 0);
        await showUntil(Math.max(shown.ms + 1000, endMs));
        await encoder.end();
        return await readFile(output);
      } finally {
        encoder?.kill();
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

const EVEN = 'pad=ceil(iw/2)*2:ceil(ih/2)*2';

export const mp4 = film('.mp4', 'a film, H.264', [
  '-vf',
  EVEN,
  '-c:v',
  'libx264',
  '-crf',
  '18',
  '-pix_fmt',
  'yuv420p',
  '-movflags',
  '+faststart',
]);
export const webm = film('.webm', 'a film, VP9', [
  '-vf',
  EVEN,
  '-c:v',
  'libvpx-vp9',
  '-crf',
  '20',
  '-b:v',
  '0',
  '-pix_fmt',
  'yuv420p',
]);
export const gif = film('.gif', 'an animated GIF', [
  '-vf',
  'split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=none',
]);

class Encoder {
  readonly #process: ReturnType<typeof spawn>;
  readonly #width: number;
  readonly #height: number;
  readonly #ended: Promise<number | null>;
  #said = '';

  static async start(
    size: { readonly width: number; readonly height: number },
    output: string,
    codec: readonly string[],
  ) {
    const { width, height } = size;
    const input = [
      '-f',
      'rawvideo',
      '-pix_fmt',
      'rgba',
      '-s',
      `${width}x${height}`,
      '-r',
      String(RATE),
      '-i',
      'pipe:0',
    ];
    const child = spawn(
      'ffmpeg',
      ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...input, ...codec, output],
      {
        stdio: ['pipe', 'ignore', 'pipe'],
      },
    );
    try {
      await once(child, 'spawn');
    } catch (cause) {
      const why =
        (cause as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'is not installed (Debian: apt install ffmpeg)'
          : 'does not start';
      throw new ActionError('ACTION_FAILED', `ffmpeg ${why}; .apng, .html and .png need nothing`, { cause });
    }
    return new Encoder(child, width, height);
  }

  private constructor(child: ReturnType<typeof spawn>, width: number, height: number) {
    this.#process = child;
    this.#width = width;
    this.#height = height;
    this.#ended = new Promise((resolve) => child.once('close', resolve));
    child.stdin?.on('error', () => {});
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-1000);
    });
  }

  async write({ picture }: Frame): Promise<void> {
    const bytes = this.#fitted(picture);
    const { stdin } = this.#process;
    if (!stdin || stdin.destroyed) await this.end();
    if (stdin?.write(bytes) === false) await Promise.race([once(stdin, 'drain'), this.#ended]);
  }

  /** @throws ActionError `ACTION_FAILED` */
  async end(): Promise<void> {
    this.#process.stdin?.end();
    const code = await this.#ended;
    if (code === 0) return;
    const [line = ''] = this.#said.trim().split('\n').slice(-1);
    throw new ActionError('ACTION_FAILED', `ffmpeg failed (${code ?? 'killed'}): ${line.slice(0, 200)}`);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #fitted({ width, height, rgba }: Frame['picture']): Uint8Array {
    if (width === this.#width && height === this.#height) return rgba;
    const bytes = new Uint8Array(this.#width * this.#height * 4);
    const row = Math.min(width, this.#width) * 4;
    for (let y = 0; y < Math.min(height, this.#height); y++) {
      bytes.set(rgba.subarray(y * width * 4, y * width * 4 + row), y * this.#width * 4);
    }
    return bytes;
  }
}

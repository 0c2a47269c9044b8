import { createHash } from 'node:crypto';
import { encodePngAside } from '../../automation/image-file.ts';
import { TRACE_VERSION, type TraceEvent } from '../../automation/trace/trace-format.ts';
import { ActionError } from '../../rfb/errors.ts';
import { frames } from '../frames.ts';
import type { Exporter } from './export.ts';

/** The page of `rfbctl report`, with what the screen showed. */
export const html: Exporter = {
  extensions: ['.html'],
  summary: 'one page to scrub through, which needs nothing else',

  async render(recording, options) {
    const started = (recording.started ?? new Date(0)).toISOString();
    const target = recording.target ?? recording.name;
    const events: TraceEvent[] = [
      { t: 0, type: 'trace', version: TRACE_VERSION, program: options.program, started, target, task: 'recording' },
    ];
    const pictures: Record<string, string> = {};
    let milliseconds = 0;
    for await (const { ms, picture } of frames(recording, { intervalMs: 250, ...options })) {
      options.signal?.throwIfAborted();
      options.onProgress?.(ms);
      const bytes = await encodePngAside(picture);
      const file = `screens/${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}.png`;
      pictures[file] ??= Buffer.from(bytes).toString('base64');
      milliseconds = Math.round(ms);
      events.push({ t: milliseconds, type: 'screen', file, width: picture.width, height: picture.height });
    }
    if (events.length === 1)
      throw new ActionError('ACTION_FAILED', `${recording.name}: nothing was shown in that time`);
    milliseconds = Math.max(
      milliseconds,
      Math.round(Math.min(recording.durationMs ?? 0, options.toMs ?? Number.POSITIVE_INFINITY)),
    );
    events.push({ t: milliseconds, type: 'end', outcome: 'done', exitCode: 0 });
    const summary = { outcome: 'done', exitCode: 0, target, task: 'recording', started, milliseconds } as const;
    const traces = [{ name: recording.name, events, summary }];
    const { renderPage } = await import('../../report/render-page.ts');
    return Buffer.from(renderPage({ program: options.program, traces, pictures }));
  },
};

import { encodeImage, imageFormatOf } from '../../automation/image-file.ts';
import { ActionError } from '../../rfb/errors.ts';
import { describeDuration } from '../../rfb/session/deadline.ts';
import { pictureAt } from '../frames.ts';
import type { Exporter } from './export.ts';

/** One picture: the screen at the end, or at a time. */
function picture(extension: string, summary: string): Exporter {
  return {
    extensions: [extension],
    summary,
    async render(recording, { toMs }) {
      const found = await pictureAt(recording, toMs);
      if (found) return await encodeImage(found, imageFormatOf(extension));
      const when = toMs === undefined ? '' : ` until ${describeDuration(toMs)}`;
      throw new ActionError('ACTION_FAILED', `${recording.name}: nothing was shown${when}`);
    },
  };
}

export const png = picture('.png', 'the screen at --at, by default at the end');
export const jpeg = picture('.jpg', 'the same, JPEG');
export const ppm = picture('.ppm', 'the same, PPM');

import { apng } from './apng.ts';
import type { Exporter } from './export.ts';
import { gif, mp4, webm } from './film.ts';
import { html } from './html.ts';
import { jpeg, png, ppm } from './picture.ts';

/** Everything that a recording can be turned into, beside the formats of recordings. */
export const exporters: readonly Exporter[] = [png, jpeg, ppm, html, apng, gif, mp4, webm];

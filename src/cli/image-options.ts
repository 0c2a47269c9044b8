import type { Command } from 'commander';
import { readImage, readNeedles, readPicture } from '../automation/matching/image-files.ts';
import type { Needle } from '../automation/matching/needle.ts';
import type { Picture } from '../automation/picture.ts';
import type { Condition } from '../automation/waiting/condition.ts';
import { imageShown } from '../automation/waiting/image-shown.ts';
import type { Rect } from '../rfb/protocol/rect.ts';
import { badOption, parseCount } from './arguments.ts';

/** How images are looked for: the same for all of a command line. */
export interface ImageFlags {
  readonly region?: Rect;
  readonly needles?: string;
  readonly margin?: number;
  readonly anywhere?: boolean;
  readonly mask?: string;
  readonly fuzz?: number;
  readonly blur?: number;
  readonly mayGrow?: boolean;
}

/** An image as the command line names it. */
export type ImageName = { readonly file: string } | { readonly tag: string };

/** The options that say how images are looked for. `--image` and `--tag` are the command's own. */
export function addImageOptions(command: Command): Command {
  return command
    .option('--needles <folder>', 'where the needles of --tag are')
    .option('--margin <pixels>', 'how far an image may be off its place', parseCount(0))
    .option('--anywhere', 'an image may be anywhere on the screen, even if its place is known')
    .option('--mask <file>', 'a PNG of the same size as the image: only what is white in it counts')
    .option(
      '--fuzz <0-255>',
      'how different a pixel may look (default: 0, or what the pixel format loses)',
      parseCount(0),
    )
    .option('--blur <pixels>', 'compare blurred, for screens that come as JPEG: 2 will do', parseCount(0))
    .option('--may-grow', 'wait although the image is larger than the screen');
}

/** Reads the images and makes a condition of each. @throws UsageError `BAD_IMAGE`, `BAD_OPTION` */
export async function imageConditions(images: readonly ImageName[], flags: ImageFlags): Promise<Condition[]> {
  const { needles: folder, region, margin, anywhere, mayGrow, fuzz, blur } = flags;
  if (images.length === 0) assertUnused(flags);
  const tagged = images.some((image) => 'tag' in image);
  if (tagged && folder === undefined)
    throw badOption('--tag is one of needles: --needles says in which folder they are');
  if (!tagged && folder !== undefined) throw badOption('--needles is a folder: --tag says which needles of it');
  const mask = flags.mask === undefined ? undefined : await readPicture(flags.mask);
  const measure = { mask, fuzz, blur };
  const found = await Promise.all(images.map((image) => read(image, folder)));
  const isMeasured = found.some((image) => 'rgba' in image);
  if (images.length > 0 && !isMeasured && Object.values(measure).some((value) => value !== undefined)) {
    throw badOption('--mask, --fuzz and --blur are for pictures: needles have areas and a measure of their own');
  }
  return found.map((image, i) => {
    const name = nameOf(images[i]);
    return imageShown(image, { name, region, margin, anywhere, mayGrow, ...('rgba' in image && measure) });
  });
}

/** The images of one condition. */
function read(image: ImageName, folder = ''): Promise<Picture | Needle | Needle[]> {
  return 'file' in image ? readImage(image.file) : readNeedles(folder, image.tag);
}

function nameOf(image: ImageName | undefined): string | undefined {
  return image && ('file' in image ? image.file : `with tag ${JSON.stringify(image.tag)}`);
}

/** An option that says nothing of anything is a slip. */
function assertUnused({ needles, margin, anywhere, mask, fuzz, blur, mayGrow }: ImageFlags): void {
  const given = { needles, margin, anywhere, mask, fuzz, blur, 'may-grow': mayGrow };
  const [unused] = Object.entries(given).flatMap(([option, value]) => (value === undefined ? [] : [option]));
  if (unused !== undefined) throw badOption(`--${unused} is for images, and there is none: give --image or --tag`);
}

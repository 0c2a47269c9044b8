import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeImage } from '../../src/automation/image-file.ts';
import { crop, type Picture } from '../../src/automation/picture.ts';
import { createScene } from '../../src/server/scenes/index.ts';
import { changedPicture, noise, pictureOf } from '../support/pictures.ts';
import { fail, rfbctl, scratch, succeed } from './support/rfbctl.ts';

const { framebuffer } = createScene('desktop').display;
const screen: Picture = { width: 1024, height: 768, rgba: framebuffer.rgba(), fresh: true };
/** The three buttons of the notepad's title, and the title of the other window. */
const BUTTONS = { x: 520, y: 84, width: 60, height: 16 };
const EVENTS = { x: 644, y: 122, width: 70, height: 20 };
const part = (rect: typeof BUTTONS) => crop(screen, rect) ?? expect.unreachable();

beforeAll(async () => {
  const save = async (name: string, picture: Picture) =>
    writeFileSync(join(scratch, name), await encodeImage(picture, 'png'));
  const buttons = part(BUTTONS);
  await save('buttons.png', buttons);
  await save('events.png', part(EVENTS));
  await save('screen.png', screen);
  const inked = changedPicture(buttons, (x, y) => (x < 10 && y < 5 ? 0x0000ff : undefined));
  await save('inked.png', inked);
  await save(
    'mask.png',
    pictureOf(60, 16, (x, y) => (x < 10 && y < 5 ? 0 : 0xffffff)),
  );
  await save('huge.png', noise(1100, 20));
  writeFileSync(join(scratch, 'broken.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'));
  mkdirSync(join(scratch, 'needles'));
  await save('needles/desktop.png', screen);
  const area = { xpos: EVENTS.x, ypos: EVENTS.y, width: EVENTS.width, height: EVENTS.height, type: 'match' };
  const document = { tags: ['desktop', 'events'], area: [{ ...area, click_point: { xpos: 3, ypos: 4 } }] };
  writeFileSync(join(scratch, 'needles/desktop.json'), JSON.stringify(document));
  writeFileSync(join(scratch, 'hollow.json'), JSON.stringify({ tags: [], area: [] }));
});

const wait = (...args: string[]) => ['wait', 'demo:desktop', ...args];

describe.concurrent('wait --image', () => {
  test.each([
    ['anywhere', ['--image', 'buttons.png'], 'found at 520,84'],
    ['a whole screen at its place', ['--image', 'screen.png'], 'found at 0,0'],
    ['in a region', ['--image', 'buttons.png', '--region', '500,80,100x40'], 'found at 520,84'],
    ['off its place', ['--image', 'buttons.png', '--region', '521,86,60x16', '--margin', '2'], 'found at 520,84'],
    ['behind a mask', ['--image', 'inked.png', '--mask', 'mask.png'], 'found at 520,84'],
    ['with fuzz', ['--image', 'inked.png', '--fuzz', '200', '--region', '520,84,60x16'], 'found at 520,84'],
    ['blurred', ['--image', 'buttons.png', '--blur', '1', '--fuzz', '0'], 'found at 520,84'],
    ['with what the pixel format loses', ['--image', 'buttons.png', '--pixel-format', 'rgb565'], 'found at 520,84'],
    ['of a needle', ['--image', 'needles/desktop.json'], 'found at 644,122'],
    ['of a needle with this tag', ['--needles', 'needles', '--tag', 'events', '--anywhere'], 'found at 644,122'],
    ['that is not there', ['--not', '--image', 'inked.png'], 'nearest at 520,84: '],
  ])('%s', async (_what, args, seen) => {
    expect(await succeed(wait(...args))).toContain(seen);
  });

  test('beside other conditions, in their order', async () => {
    const args = ['--any', '--text', 'nothing', '--image', 'inked.png', '--not', '--change', '--image', 'events.png'];
    const { exitCode, stdout } = await rfbctl(wait(...args, '--json'));
    expect(exitCode).toBe(52);
    expect(JSON.parse(stdout)).toMatchObject({
      alternative: 2,
      condition: 'text "nothing" or image inked.png or not a change or image events.png',
    });
  });

  test('in vain: says where it was nearest, and keeps the difference in the trace', async () => {
    const args = ['--image', 'inked.png', '--timeout', '4s', '--trace', 'trace'];
    const { exitCode, stderr } = await rfbctl(wait(...args), { withinMs: 4000 });
    expect(stderr).toMatch(
      /in vain for image inked.png: nearest at 520,84: [\d.]+ % alike, 50 of 960 pixels differ\n$/,
    );
    expect(exitCode).toBe(40);
    const lines = readFileSync(join(scratch, 'trace/trace.jsonl'), 'utf8').trim().split('\n');
    const waited = lines.map((line) => JSON.parse(line)).find(({ type }) => type === 'waited');
    expect(waited).toMatchObject({
      outcome: 'timedOut',
      best: { place: { x: 520, y: 84 } },
      difference: expect.anything(),
    });
  });

  test.each([
    ['a missing file', ['--image', 'none.png'], /cannot read none.png: there is no such file/],
    ['a broken PNG', ['--image', 'broken.png'], /broken.png is no PNG picture/],
    ['a needle without areas', ['--image', 'hollow.json'], /needle hollow: it has no area of type "match"/],
    [
      'an unknown tag',
      ['--needles', 'needles', '--tag', 'event'],
      /no needle in needles has the tag "event"; did you mean events\? there are desktop, events$/m,
    ],
    [
      'a mask of another size',
      ['--image', 'events.png', '--mask', 'mask.png'],
      /the mask has 60x16 pixels, events.png has 70x20/,
    ],
  ])('%s is a mistake', async (_what, args, line) => {
    await fail(wait(...args), { exitCode: 2, code: 'BAD_IMAGE', line });
  });

  test.each([
    ['a tag without a folder', ['--tag', 'x'], /--needles says in which folder/],
    ['a folder without a tag', ['--needles', 'needles', '--image', 'events.png'], /--tag says which/],
    [
      'a mask of a needle',
      ['--image', 'needles/desktop.json', '--mask', 'mask.png'],
      /--mask, --fuzz and --blur are for pictures/,
    ],
    ['a margin of nothing', ['--change', '--margin', '3'], /--margin is for images/],
    ['a margin around no place', ['--image', 'events.png', '--margin', '3'], /a margin needs a place/],
    ['too much fuzz', ['--image', 'events.png', '--fuzz', '256'], /fuzz is 256/],
  ])('%s is a mistake', async (_what, args, line) => {
    await fail(wait(...args), { exitCode: 2, code: 'BAD_OPTION', line });
  });

  test('an image that is larger than the screen is refused, long before the time is up', async () => {
    const line = /image huge.png \(1100x20\) is larger than the 1024x768 screen; .*--may-grow/;
    await fail(wait('--image', 'huge.png', '--timeout', '10m'), { exitCode: 30, code: 'ACTION_FAILED', line });
    const grow = { exitCode: 40, code: 'TIMED_OUT', line: /in vain for image huge.png: .* is larger than/ };
    await fail(wait('--image', 'huge.png', '--may-grow', '--timeout', '5s'), grow, { withinMs: 5000 });
  });
});

describe.concurrent('click and move', () => {
  test.each([
    ['the middle of an image', ['--image', 'buttons.png'], { x: 550, y: 92 }],
    ['so far from its corner', ['--image', 'buttons.png', '--offset', '5,-2'], { x: 525, y: 82 }],
    ['where a needle says', ['--needles', 'needles', '--tag', 'desktop'], { x: 647, y: 126 }],
  ])('%s', async (_what, args, point) => {
    for (const command of ['click', 'move']) {
      expect(JSON.parse(await succeed([command, 'demo:desktop', ...args, '--json']))).toMatchObject(point);
    }
  });

  test('the middle of a text', async () => {
    const printed = await succeed(['click', 'demo:', '--text', 'login:', '--json']);
    // The text begins in column 6 of row 15, in cells of 9x16 pixels.
    expect(JSON.parse(printed)).toMatchObject({ x: 5 * 9 + 27, y: 14 * 16 + 8 });
  });

  test.each([
    ['nowhere', [], /where\? Give X,Y, --image, --tag or --text/],
    ['in two places', ['3,4', '--text', 'x'], /exclude each other/],
    ['beside a position', ['3,4', '--offset', '1,1'], /--offset and --region are for/],
    ['with an option of images', ['3,4', '--anywhere'], /--anywhere is for images/],
    ['by an empty text', ['--text', ''], /the text is empty/],
  ])('%s is a mistake', async (_what, args, line) => {
    await fail(['click', 'demo:desktop', ...args], { exitCode: 2, code: 'BAD_OPTION', line });
  });
});

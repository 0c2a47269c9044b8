import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ConsoleScreen } from '../../../src/automation/console-screen.ts';
import { type Needle, parseNeedle, withPicture } from '../../../src/automation/matching/needle.ts';
import { crop, type Picture, pixelsOf } from '../../../src/automation/picture.ts';
import { all, any, not } from '../../../src/automation/waiting/combined.ts';
import { imageShown } from '../../../src/automation/waiting/image-shown.ts';
import { WaitTimeoutError } from '../../../src/automation/waiting/wait-for.ts';
import { pixelFormats } from '../../../src/rfb/protocol/pixel-format.ts';
import { Session } from '../../../src/rfb/session/session.ts';
import { pipePair } from '../../../src/server/pipe-pair.ts';
import { createServer } from '../../../src/server/server.ts';
import { pictureScene } from '../../support/picture-scene.ts';
import { changedPicture, noise } from '../../support/pictures.ts';

const screen = noise(60, 40);
const view = (picture: Picture, nowMs = 0, first = picture) => ({ picture, first, nowMs });
const part = (x: number, y: number, width: number, height: number) =>
  crop(screen, { x, y, width, height }) ?? expect.unreachable();
const spoilt = changedPicture(part(10, 10, 8, 8), (x, y, colour) => (x === 1 && y === 2 ? colour ^ 0xff : undefined));

function needle(name: string, x: number, properties: readonly string[] = []): Needle {
  const area = [{ xpos: x, ypos: 5, width: 12, height: 8, type: 'match', margin: 0 }];
  return withPicture(parseNeedle(JSON.stringify({ area, tags: ['t'], properties }), name), screen);
}

/** A session with a server that shows this picture. */
function opened({ width, height, ...picture }: Picture): Promise<Session> {
  const [near, far] = pipePair();
  createServer({ scene: pictureScene(width, height, [...pixelsOf({ width, height, ...picture })]) }).accept(far);
  return Session.open(near);
}

describe('imageShown', () => {
  test('names the image, says where it is and where a click goes', async () => {
    const condition = imageShown(part(10, 10, 8, 8), { name: 'ok.png' });
    expect(condition.name).toBe('image ok.png');
    expect(await condition.look(view(screen))).toEqual({
      ...{ holds: true, score: 1, seen: 'found at 10,10' },
      ...{ place: { x: 10, y: 10, width: 8, height: 8 }, click: { x: 14, y: 14 } },
    });
    expect(imageShown(screen).name).toBe('image 60x40 picture');
  });

  test('says how near it came, and draws what is different', async () => {
    const verdict = await imageShown(spoilt).look(view(screen));
    expect(verdict).toMatchObject({ holds: false, place: { x: 10, y: 10 } });
    expect(verdict.seen).toBe('nearest at 10,10: 98.4 % alike, 1 of 64 pixels differ');
    expect(verdict.score).toBeCloseTo(63 / 64);
    const picture = verdict.difference?.();
    expect(picture).toMatchObject({ width: 60, height: 40 });
    const red = (x: number, y: number) => {
      const at = (y * 60 + x) * 4;
      return (picture?.rgba[at] ?? 0) - (picture?.rgba[at + 1] ?? 0);
    };
    expect(red(11, 12)).toBeGreaterThan(100);
    expect(red(12, 12)).toBe(0);
  });

  test('any, all and not keep the place, the click and the difference', async () => {
    const [there, missing] = [() => imageShown(part(10, 10, 8, 8)), () => imageShown(spoilt)];
    const click = { x: 14, y: 14 };
    expect(await any([missing(), there()]).look(view(screen))).toMatchObject({ holds: true, alternative: 1, click });
    expect(await all([there(), there()]).look(view(screen))).toMatchObject({ holds: true, click });
    expect((await all([there(), missing()]).look(view(screen))).difference).toBeInstanceOf(Function);
    expect((await any([missing(), missing()]).look(view(screen))).difference).toBeInstanceOf(Function);
    expect(await not(missing()).look(view(screen))).toMatchObject({ holds: true });
  });

  test('of several needles takes one that matches, rather none that is a workaround, and says which', async () => {
    const other = withPicture({ ...needle('other', 0) }, noise(60, 40, 9));
    const look = (...needles: Needle[]) => imageShown(needles).look(view(screen));
    expect(await look(other, needle('right', 20))).toMatchObject({ holds: true, seen: 'right found at 20,5' });
    const doubtful = needle('doubtful', 0, ['workaround']);
    expect(await look(doubtful, needle('right', 20))).toMatchObject({ seen: 'right found at 20,5' });
    expect(await look(doubtful, other)).toMatchObject({ holds: true, seen: 'doubtful found at 0,5' });
    expect((await look(other)).seen).toMatch(/^nearest at 0,5: [\d.]+ % alike, \d+ of 96 pixels differ$/);
  });

  test('knows what the pixel format loses', async () => {
    const seen = changedPicture(screen, (_x, _y, colour) => colour & 0xf8fcf8);
    const condition = imageShown(part(10, 10, 8, 8));
    expect(await condition.look(view(seen))).toMatchObject({ holds: false });
    expect(await condition.look({ ...view(seen), pixelFormat: pixelFormats.rgb565 })).toMatchObject({ holds: true });
  });

  test('an image that is larger than the screen fails once the screen has had its time to grow', async () => {
    const condition = imageShown(noise(61, 10), { name: 'wide.png' });
    expect(await condition.look(view(screen, 500))).toMatchObject({ holds: false, againInMs: 1500 });
    const message = /^image wide.png \(61x10\) is larger than the 60x40 screen; .*--may-grow/;
    expect(() => condition.look(view(screen, 2000))).toThrow(
      expect.objectContaining({ name: 'ActionError', message: expect.stringMatching(message) }),
    );
    // One that changes its size goes on doing so.
    expect(await condition.look(view(screen, 9000, noise(10, 10)))).toMatchObject({ holds: false, score: 0 });
    expect(await imageShown(noise(61, 10), { mayGrow: true }).look(view(screen, 9000))).toMatchObject({ holds: false });
  });

  test('a region that is too small fails at once; one that is not on the screen may come to be', async () => {
    const region = { x: 0, y: 0, width: 7, height: 40 };
    expect(() => imageShown(part(0, 0, 8, 8), { region }).look(view(screen))).toThrow(
      /has no place in the region 7x40/,
    );
    const beyond = { ...region, x: 60 };
    expect((await imageShown(part(0, 0, 7, 8), { region: beyond }).look(view(screen))).seen).toMatch(
      /not on the 60x40/,
    );
  });
});

describe('on a console', () => {
  test('waitForImage, find', async () => {
    await using session = await opened(screen);
    const console = new ConsoleScreen(session);
    const { verdict } = await console.waitForImage(part(10, 10, 8, 8));
    expect(verdict.place).toMatchObject({ x: 10, y: 10 });
    expect(await console.find(part(20, 3, 9, 4))).toEqual({
      place: { x: 20, y: 3, width: 9, height: 4 },
      click: { x: 24, y: 5 },
    });
    expect(await console.find(spoilt)).toBeUndefined();
    expect(await console.find('text')).toBeUndefined();
    await expect(console.find(noise(99, 9))).rejects.toMatchObject({ code: 'ACTION_FAILED' });
  });

  test('what a wait in vain leaves is not printed with the error', async () => {
    await using session = await opened(screen);
    const error = await new ConsoleScreen(session).waitForImage(spoilt, { timeoutMs: 200 }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WaitTimeoutError);
    expect(error.message).toMatch(/in vain for image 8x8 picture: nearest at 10,10: 98.4 % alike/);
    expect(error.evidence.best.picture.rgba).toEqual(screen.rgba);
    expect(inspect(error)).not.toContain('rgba');
    expect(Object.keys(error)).not.toContain('evidence');
  });
});

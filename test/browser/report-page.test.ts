import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/automation/console.ts';
import { Trace } from '../../src/automation/trace/trace.ts';
import type { Condition } from '../../src/automation/waiting/condition.ts';
import { serve } from '../../src/server/listen.ts';
import { cli, describeWith } from '../servers/rig/index.ts';
import { eventsOfType } from '../support/read-trace.ts';
import { scratchFolder } from '../support/scratch.ts';
import { openPage } from './open-page.ts';

const scratch = scratchFolder('report-page');
const SECRET = 'Tr0ub4dor&3';
const good = path.join(scratch, 'good');
const bad = path.join(scratch, 'bad');
const html = path.join(scratch, 'report.html');

/** A report of two traces: a log-in that worked, and one that did not, by a target with a hostile name. */
async function makeReport(): Promise<void> {
  await using server = await serve({ scene: 'login', name: '</script><script>document.title = "owned"</script>' });
  const trace = await Trace.create(good, { target: 'vm', task: 'logging in' });
  {
    await using vm = await connect(server.address, { trace });
    await vm.screen.waitForText('login:');
    await vm.keyboard.type('root\n');
    await vm.screen.waitForText('Password:');
    await vm.keyboard.type(`${SECRET}\n`);
    await vm.screen.waitForText(/[#$]$/m);
    await vm.keyboard.press('ctrl+l');
  }
  await trace.close({ exitCode: 0 });
  const failing = await Trace.create(bad, { target: 'vm', task: 'waiting for <img src=x onerror="document.title=1">' });
  {
    await using vm = await connect(server.address, { trace: failing });
    const inverted: Condition = {
      name: 'the picture',
      look: ({ picture }) => ({
        ...{ holds: false, score: 0.5, seen: 'another menu entry', place: { x: 90, y: 100, width: 180, height: 50 } },
        difference: () => ({ ...picture, rgba: picture.rgba.map((value, i) => (i % 4 === 3 ? 255 : 255 - value)) }),
      }),
    };
    const waiting = vm.screen.waitFor(inverted, { timeoutMs: 1500 });
    await vm.keyboard.type('x');
    await waiting.catch((error: unknown) => failing.failed(error));
  }
  await failing.close({ outcome: 'failed', exitCode: 40 });
  const { stdout } = await cli('report', good, bad, '-o', html);
  expect(String(stdout)).toBe(`${html}: 2 traces, 1 failed\n`);
}

/** The picture that the page shows: the name in the trace of the same bytes. */
async function shown(page: Page): Promise<string> {
  const { src, width } = await page.locator('#image').evaluate(async (image: HTMLImageElement) => {
    await image.decode();
    return { src: image.src, width: image.naturalWidth };
  });
  expect(width).toBe(720);
  const png = Buffer.from(src.replace('data:image/png;base64,', ''), 'base64');
  return `screens/${createHash('sha256').update(png).digest('hex').slice(0, 16)}.png`;
}

const current = (page: Page) => page.locator('#events [aria-current] .title').textContent();

describeWith(['chromium'], 'the page of a report', () => {
  beforeAll(makeReport);

  test('begins with what failed: its last screen, where it was nearest, what differs', async () => {
    await using browser = await openPage(html);
    const { page } = browser;
    const [waited] = eventsOfType(bad, 'waited');
    expect(await page.locator('h1').textContent()).toContain('waiting for <img src=x onerror="document.title=1">');
    expect(await page.locator('h1 .badge').textContent()).toBe('failed · exit code 40');
    expect(await page.locator('#message').textContent()).toMatch(/in vain for the picture: another menu entry/);
    expect(await current(page)).toMatch(/in vain for the picture/);
    expect(await page.locator('#views button').allTextContents()).toEqual(['last', 'nearest', 'difference']);
    expect(await shown(page)).toBe(waited?.last?.screen?.file);
    await page.keyboard.press('3');
    expect(await shown(page)).toBe(waited?.difference?.file);
    expect(await page.locator('#place').isHidden()).toBe(true);
    await page.getByRole('button', { name: 'nearest' }).click();
    expect(await shown(page)).toBe(waited?.best?.screen?.file);
    const [image, place] = await Promise.all(['#image', '#place'].map((id) => page.locator(id).boundingBox()));
    expect(((place?.x ?? 0) + (place?.width ?? 0) / 2 - (image?.x ?? 0)) / (image?.width ?? 1)).toBeCloseTo(
      180 / 720,
      2,
    );
    expect(browser.complaints).toEqual([]);
    expect(browser.requests).toEqual([pathToFileURL(html).href]);
  });

  test('scrubbing to a moment shows the screen of that moment', async () => {
    await using browser = await openPage(html);
    const { page } = browser;
    await page.getByRole('button', { name: /passed ?good/ }).click();
    expect(await page.locator('h1').textContent()).toContain('logging in');
    const screens = eventsOfType(good, 'screen');
    const waits = eventsOfType(good, 'waited');
    const password = waits[1];
    const slider = page.getByRole('slider', { name: 'Time' });
    for (const { t, file } of [...screens].reverse()) {
      await slider.evaluate((element: HTMLInputElement, ms) => {
        element.value = String(ms);
        element.dispatchEvent(new Event('input', { bubbles: true }));
      }, t + 0.05);
      expect(await shown(page)).toBe(file);
    }
    // A mouse: the right end is the end.
    const box = await slider.boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    expect(await shown(page)).toBe(screens.at(-1)?.file);
    await page.locator('#events li', { hasText: 'waits for text "Password:"' }).click();
    await page.keyboard.press('w');
    expect(await shown(page)).toBe(password?.last?.screen?.file);
    expect(browser.complaints).toEqual([]);
  });

  test('the keyboard alone is enough', async () => {
    await using browser = await openPage(html);
    const { page } = browser;
    await page.keyboard.press('Home');
    expect(await current(page)).toMatch(/^waiting for/);
    expect(await page.locator('#nothing').textContent()).toBe('nothing was seen yet');
    await page.keyboard.press('Shift+ArrowRight');
    expect(await shown(page)).toBe(eventsOfType(bad, 'screen')[0]?.file);
    await page.keyboard.press('End');
    expect(await current(page)).toBe('failed');
    await page.keyboard.press('ArrowLeft');
    expect(await current(page)).toMatch(/in vain/);
    // Every control can be reached, and says what it is.
    const names: string[] = [];
    for (let i = 0; i < 24; i++) {
      await page.keyboard.press('Tab');
      names.push(
        await page.evaluate(() => {
          const { activeElement } = document;
          return (
            activeElement?.getAttribute('aria-label') ??
            activeElement?.textContent ??
            activeElement?.closest('label')?.textContent ??
            ''
          );
        }),
      );
    }
    for (const name of ['Time', 'Play', 'Next event', 'Keys']) expect(names).toContain(name);
    await page.locator('#slider').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#slider').getAttribute('aria-valuetext')).toMatch(/^[\d.]+ seconds: \S/);
    expect(browser.complaints).toEqual([]);
  });

  test('it plays to the end', async () => {
    await using browser = await openPage(html);
    const { page } = browser;
    await page.keyboard.press('Home');
    await page.getByRole('button', { name: 'Play' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: 'Play' }).waitFor({ timeout: 20_000 });
    expect(await current(page)).toBe('failed');
  });

  test('filters hide what they name', async () => {
    await using browser = await openPage(html);
    const { page } = browser;
    const listed = () => page.locator('#events li:not([hidden])').count();
    const all = await page.locator('#events li').count();
    const before = await listed();
    expect(before).toBeLessThan(all);
    await page.getByLabel(/protocol/).check();
    expect(await listed()).toBe(all);
    await page.getByLabel(/screens/).uncheck();
    expect(await listed()).toBe(all - eventsOfType(bad, 'screen').length);
  });

  test.each([
    ['light', false],
    ['dark', true],
  ])('in %s, everything is to be read', async (name, dark) => {
    await using browser = await openPage(html, { dark });
    const { page } = browser;
    if (process.env.RFBCTL_KEEP_SCREENSHOTS) {
      await page.screenshot({ path: path.join(process.env.RFBCTL_KEEP_SCREENSHOTS, `report-${name}.png`) });
    }
    // WCAG's contrast of text and what is behind it.
    const worst = await page.evaluate(() => {
      const parse = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
      const luminance = (rgb: number[]) => {
        const [r = 0, g = 0, b = 0] = rgb.map((v) =>
          v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
        );
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = (element: Element | null): number[] => {
        for (let at = element; at; at = at.parentElement) {
          const colour = parse(getComputedStyle(at).backgroundColor);
          if (colour.length === 3 || (colour[3] ?? 0) > 0.99) return colour;
        }
        return [255, 255, 255];
      };
      let found = { ratio: 99, text: '' };
      for (const element of document.querySelectorAll('body *')) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
        if (!own || element.closest('[hidden], script, noscript, style') || !(element as HTMLElement).offsetParent)
          continue;
        const [a, b] = [luminance(parse(getComputedStyle(element).color)), luminance(behind(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < found.ratio) found = { ratio, text: `${element.id}.${element.className}: ${element.textContent}` };
      }
      return found;
    });
    expect(worst.ratio, worst.text).toBeGreaterThan(4.5);
  });

  test('holds nothing that was typed, and runs nothing that a trace says', async () => {
    const text = readFileSync(html, 'utf8');
    expect(text).not.toContain(SECRET);
    expect(text.match(/<script/g)).toHaveLength(2);
    await using browser = await openPage(html);
    expect(await browser.page.title()).toBe('2 traces · rfbctl report');
  });
});

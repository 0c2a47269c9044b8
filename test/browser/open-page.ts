import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Debian's own; it is to reach nothing and to leave nothing. */
const OPTIONS = {
  executablePath: '/usr/bin/chromium',
  headless: true,
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ],
};

/** A page in a browser of its own, and what went wrong in it. */
export interface BrowserPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors, refused loads, everything that a page writes to the console. */
  readonly complaints: readonly string[];
  /** What it asked the network for. */
  readonly requests: readonly string[];
}

export async function openPage(file: string, options: { readonly dark?: boolean } = {}): Promise<BrowserPage> {
  return await open(pathToFileURL(file).href, options);
}

/** What stands at a URL of this machine. */
export async function openUrl(url: string): Promise<BrowserPage> {
  return await open(url, {});
}

async function open(url: string, options: { readonly dark?: boolean }): Promise<BrowserPage> {
  const profile = mkdtempSync(path.join(tmpdir(), 'rfbctl-chromium-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    ...OPTIONS,
    viewport: { width: 1360, height: 860 },
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const complaints: string[] = [];
  const requests: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url().slice(0, 80)}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url());
  });
  await page.goto(url);
  return {
    ...{ page, complaints, requests },
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

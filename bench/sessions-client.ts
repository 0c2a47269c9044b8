/**
 * Sessions of one process: `sessions-client LIBRARY PORT COUNT`. Compiled before it runs, since what it measures is the
 * memory of its own process, and that is to hold nothing but the library.
 */
import { createHash } from 'node:crypto';
import type { Session } from '../src/index.ts';
import type { Library } from './library.ts';

const [, , libraryFile = '', port = '', count = ''] = process.argv;
const { connect }: Library = await import(libraryFile);

async function open(): Promise<Session> {
  const { session } = await connect(`127.0.0.1::${port}`);
  const { framebuffer } = session;
  let missing = framebuffer.width * framebuffer.height;
  const painted = new Promise<void>((resolve, reject) => {
    session.on('painted', ({ width, height }) => {
      missing -= width * height;
    });
    session.on('update', () => missing <= 0 && resolve());
    session.once('closed', (error) => reject(error ?? new Error('closed')));
  });
  await session.requestUpdate(framebuffer.bounds, false);
  await painted;
  return session;
}

// Code, and what belongs to a process and not to a session.
await (await open()).close();
const before = process.memoryUsage.rss();
const usedBefore = process.cpuUsage();
const start = performance.now();
const sessions = await Promise.all(Array.from({ length: Number(count) }, open));
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(usedBefore);
const resident = process.memoryUsage.rss();
const pictures = sessions.map(({ framebuffer: { pixels } }) =>
  createHash('sha256')
    .update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    .digest('hex'),
);
const result = {
  ...{ before, resident, seconds, cpu: (user + system) / 1e6 },
  peak: process.resourceUsage().maxRSS * 1024,
  pictures: [...new Set(pictures)],
};
process.stdout.write(`${JSON.stringify(result)}\n`);
await Promise.all(sessions.map((session) => session.close()));

/** A server in a process of its own: prints where it is and what it shows, and ends with its standard input. */
import { createHash } from 'node:crypto';
import { serve } from '../src/testing.ts';

const listening = await serve({ scene: 'desktop' });
const { framebuffer } = listening.server.scene.display;
const sha256 = createHash('sha256').update(framebuffer.rgba()).digest('hex');
const { width, height } = framebuffer;
process.stdin.on('end', () => process.exit()).resume();
process.stdout.write(`${JSON.stringify({ port: listening.port, sha256, width, height })}\n`);

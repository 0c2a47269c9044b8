import { describe, test } from 'vitest';
import { connect } from '../../src/index.ts';
import { lossyProxy } from '../support/lossy-proxy.ts';
import { cli, describeWith, type Qemu, qemu } from './rig/index.ts';

const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('');
const SAMPLE = `the quick brown fox jumps over the lazy dog 0123456789 ${ASCII} and so on `;

/** As many as docs/decisions/0030 speaks of take two minutes: RFBCTL_VERIFIED_CHARACTERS=1500. */
const LENGTH = Number(process.env.RFBCTL_VERIFIED_CHARACTERS ?? 120);
const TEXT = Array.from({ length: LENGTH }, (_, i) => SAMPLE.charAt((i * 7 + (i >> 7)) % SAMPLE.length)).join('');
const TIMEOUT_MS = 600_000;

/** What the guest's editor has made of the keys that it sent on as they came. */
function edited(keys: string): string {
  let line = '';
  for (const key of keys) line = key === '\b' ? line.slice(0, -1) : line + key;
  return line;
}

async function lines(server: Qemu): Promise<string> {
  return Buffer.from(await server.typed(), 'latin1').toString('utf8');
}

describeWith(['qemu', 'linuxGuest'], 'verified typing', () => {
  describe.concurrent('arrives whole', () => {
    test('at a guest that is too slow for the keys', { timeout: TIMEOUT_MS }, async ({ expect }) => {
      await using server = await qemu({ guest: 'slow-lines' });
      const { exitCode, stdout, stderr } = await cli(
        'type',
        server.address,
        TEXT,
        '--verify',
        '--json',
        '--timeout',
        '9m',
      );
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(edited(await server.typed())).toBe(TEXT);
      // Whether it overflows at first depends on how busy this machine is; behind what loses keys, below, corrections are certain.
      expect(JSON.parse(stdout.toString())).toMatchObject({ typed: LENGTH, unverified: 0 });
    });

    test('at a Linux terminal behind what loses keys, over lines', { timeout: TIMEOUT_MS }, async ({ expect }) => {
      // Else QEMU presses Caps Lock when a Shift is missing.
      await using server = await qemu({ guest: 'linux', terminal: 'lines', vnc: ['lock-key-sync=off'] });
      await using proxy = await lossyProxy(server.port, { loses: (index) => index % 61 === 60 });
      await using console = await connect(proxy.address);
      const text = `${TEXT.slice(0, 100)}\n  indented, blank at the end  \n\nend\n`;
      const { corrections } = await console.typeVerified(text, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      await expect.poll(() => lines(server), { timeout: 30_000 }).toBe(text);
      expect(corrections).toBeGreaterThan(0);
    });

    test('at a shell, through its prompts', { timeout: TIMEOUT_MS }, async ({ expect }) => {
      await using server = await qemu({ guest: 'linux', terminal: 'shell' });
      const text = 'cat >/dev/ttyS0 <<\'EOF\'\n  if [ -e /etc/passwd ]; then\n    echo "$HOME"\n  fi\nEOF\n';
      const { exitCode, stderr } = await cli('type', server.address, text, '--verify', '--timeout', '5m');
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: expect.stringMatching(
          /^rfbctl: typed \d+ characters; \d+ corrections?, \d+ characters a second at the end\n$/,
        ),
      });
      await expect
        .poll(() => lines(server), { timeout: 30_000 })
        .toBe(text.slice(text.indexOf('\n') + 1, -'EOF\n'.length));
    });
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClientWatcher } from '../../src/recording/client-watcher.ts';
import { KeyMask } from '../../src/recording/key-mask.ts';
import { ByteWriter } from '../../src/rfb/bytes/byte-writer.ts';
import { clientCutText } from '../../src/rfb/protocol/messages/client-to-server/client-cut-text.ts';
import { clientFence } from '../../src/rfb/protocol/messages/client-to-server/client-fence.ts';
import { framebufferUpdateRequest } from '../../src/rfb/protocol/messages/client-to-server/framebuffer-update-request.ts';
import { keyEvent } from '../../src/rfb/protocol/messages/client-to-server/key-event.ts';
import { qemuExtendedKeyEvent } from '../../src/rfb/protocol/messages/client-to-server/qemu-extended-key-event.ts';
import { setEncodings } from '../../src/rfb/protocol/messages/client-to-server/set-encodings.ts';

function written(write: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter();
  write(out);
  return out.take();
}

const HELLO = Buffer.from('RFB 003.008\n\x01\x01', 'latin1');
const MESSAGES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['SetEncodings', written((out) => setEncodings.write(out, [16, 1, -239]))],
  [
    'FramebufferUpdateRequest',
    written((out) => framebufferUpdateRequest.write(out, { x: 1, y: 2, width: 3, height: 4, incremental: true })),
  ],
  ['KeyEvent', written((out) => keyEvent.write(out, { down: true, keysym: 0x73 }))],
  ['KeyEvent', written((out) => keyEvent.write(out, { down: true, keysym: 0xff0d }))],
  [
    'QEMU Extended Key Event',
    written((out) => qemuExtendedKeyEvent.write(out, { down: true, keysym: 0x70, xtScancode: 0x19 })),
  ],
  ['ClientCutText', written((out) => clientCutText.write(out, Buffer.from('secret')))],
  ['ClientFence', written((out) => clientFence.write(out, { flags: 1, payload: Uint8Array.of(7, 8) }))],
];
const STREAM = Buffer.concat([HELLO, ...MESSAGES.map(([, bytes]) => bytes)]);

const cuts = fc
  .array(fc.nat(STREAM.length), { maxLength: 12 })
  .map((list) => [0, ...list, STREAM.length].toSorted((a, b) => a - b));

test('however the stream is cut, the messages are found, with all of their bytes', async () => {
  await fc.assert(
    fc.asyncProperty(cuts, async (at) => {
      const watcher = new ClientWatcher('test');
      const seen: (readonly [string, Buffer])[] = [];
      for (let i = 1; i < at.length; i++) {
        for (const { name, bytes } of await watcher.take(STREAM.subarray(at[i - 1], at[i])))
          seen.push([name, Buffer.from(bytes)]);
      }
      await watcher.close();
      expect(seen.map(([name]) => name)).toEqual([
        'ProtocolVersion',
        'SecurityType',
        'ClientInit',
        ...MESSAGES.map(([name]) => name),
      ]);
      expect(Buffer.concat(seen.map(([, bytes]) => bytes))).toEqual(STREAM);
    }),
  );
});

test('what is unknown ends the understanding, not the program', async () => {
  const watcher = new ClientWatcher('test');
  await watcher.take(Buffer.concat([HELLO, Uint8Array.of(99, 1, 2, 3)]));
  expect(watcher.lost?.message).toBe('client message 99 is unknown');
  expect(await watcher.take(MESSAGES[2]?.[1] ?? Buffer.alloc(0))).toEqual([]);
});

test('masked: characters by keysym and scancode, and pasted text; names of keys stay', async () => {
  const mask = new KeyMask('test');
  const masked = Buffer.from(await mask.masked(STREAM));
  expect(masked.length).toBe(STREAM.length);
  const watcher = new ClientWatcher('test');
  const contents = (await watcher.take(masked)).slice(3).map(({ content }) => content);
  expect(contents.slice(2, 6)).toEqual([
    { down: true, keysym: 0x2a },
    { down: true, keysym: 0xff0d },
    { down: true, keysym: 0x2a, xtScancode: 9 },
    new Uint8Array(Buffer.from('******')),
  ]);
  expect(masked.includes('secret')).toBe(false);
});

test('masked: what is not understood is left out', async () => {
  const mask = new KeyMask('test');
  expect((await mask.masked(Buffer.concat([HELLO, Uint8Array.of(99), Buffer.from('secret')]))).length).toBe(
    HELLO.length,
  );
  expect((await mask.masked(Buffer.from('secret'))).length).toBe(0);
});

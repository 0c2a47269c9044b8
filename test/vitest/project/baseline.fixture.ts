import { expect, consoleTest as test } from 'rfbctl/vitest';

// Run by ../vitest.test.ts several times: with and without a baseline, and with --update.

test('has a baseline', async ({ openConsole }) => {
  const vm = await openConsole('demo:');
  if (process.env.TYPE_FIRST) await vm.keyboard.type('x');
  await expect(vm).toMatchScreen('login', { region: { x: 0, y: 200, width: 360, height: 100 }, timeoutMs: 800 });
});

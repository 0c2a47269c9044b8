import { expect, consoleTest as test } from 'rfbctl/vitest';
import { describe } from 'vitest';

describe('the demo machine', () => {
  test('shows its login prompt', async ({ openConsole }) => {
    const vm = await openConsole('demo:');
    await expect(vm).toShowText(/login:$/m);
    await expect(vm).toMatchScreen('login');
    await expect(vm).not.toShowText('Kernel panic');
  });

  test('lets root in', async ({ openConsole }) => {
    const vm = await openConsole('demo:');
    await vm.keyboard.type('root\n');
    await expect(vm).toShowText('Password:');
    await vm.keyboard.type('secret\n');
    await expect(vm).toShowText(/[$#]$/m, { timeoutMs: 10_000 });
    // The version of the firmware does not count.
    await expect(vm).toMatchScreen('logged-in', { exclude: [{ x: 0, y: 0, width: 180, height: 16 }] });
  });
});

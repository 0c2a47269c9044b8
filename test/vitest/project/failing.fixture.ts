import { expect, consoleTest as test } from 'rfbctl/vitest';
import { describe, expect as plainExpect } from 'vitest';

// Run by ../vitest.test.ts, in a process of its own: most of these fail, and what they leave is what is tested.

describe('fails', () => {
  test('text in vain', async ({ openConsole }) => {
    const vm = await openConsole('demo:');
    await vm.keyboard.type('root\n');
    await expect(vm).toShowText('Password:');
    await vm.keyboard.type('correct horse\n');
    await expect(vm).toShowText('Kernel panic', { timeoutMs: 700 });
  });

  test('text not wanted', async ({ openConsole }) => {
    await expect(await openConsole('demo:')).not.toShowText('login:', { timeoutMs: 300 });
  });

  test('another screen', async ({ openConsole }) => {
    const vm = await openConsole('demo:');
    await vm.keyboard.type('x');
    await expect(vm).toMatchScreen('./login.png', { timeoutMs: 700 });
  });

  test('a screen of another size', async ({ openConsole }) => {
    await expect(await openConsole('demo:desktop')).toMatchScreen('./login.png', { timeoutMs: 300 });
  });

  test('no baseline', async ({ openConsole }) => {
    await expect(await openConsole('demo:')).toMatchScreen('new');
  });

  test('no console', async () => {
    await expect('demo:').toShowText('login:');
  });

  test('another assertion', async ({ openConsole }) => {
    await openConsole('demo:');
    plainExpect(1).toBe(2);
  });
});

test('passes', async ({ openConsole }) => {
  const vm = await openConsole('demo:');
  await expect(vm).toShowText('login:', { region: { x: 0, y: 200, width: 720, height: 200 } });
  await expect(vm).toMatchScreen('./login.png');
  await expect(vm).not.toShowText('Kernel panic');
  await vm.keyboard.type('x');
  await expect(vm).not.toMatchScreen('./login.png');
  await expect(vm).toMatchScreen('./login.png', { exclude: [{ x: 0, y: 224, width: 720, height: 16 }] });
});

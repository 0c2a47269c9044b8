import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type Console, connect } from '../../src/automation/console.ts';
import { readPicture } from '../../src/automation/matching/image-files.ts';
import { TextReader } from '../../src/automation/text/text-reader.ts';
import type { TextScreen } from '../../src/automation/text/text-screen.ts';
import { CODE_PAGE_437 } from '../../src/fonts/code-page-437.ts';
import { looks } from '../support/lookalikes.ts';
import { scratchFolder } from '../support/scratch.ts';
import { cli, describeWith, GRUB_ENTRIES, LINUX_LOGIN, type Qemu, qemu, startCli, type TextCell } from './rig/index.ts';

/** All of them one after the other, so often. */
const ROUNDS = Number(process.env.RFBCTL_ROUNDS ?? 1);
const rounds = Array.from({ length: ROUNDS }, (_, i) => i + 1);

const folder = scratchFolder('boot-checks');

/** What each cell of text mode looks like: ink on paper of the same colour shows nothing. */
function shown({ code, ink, paper }: TextCell): string {
  return ink === paper ? ' ' : looks(String.fromCodePoint(CODE_PAGE_437[code] ?? 0));
}

function expectMemory(screen: TextScreen, memory: readonly TextCell[][]): void {
  expect(screen.recognised).toBe(1);
  expect(screen.grid).toMatchObject({ columns: 80, rows: 25 });
  expect(screen.cells.map((row) => row.map(looks).join(''))).toEqual(memory.map((row) => row.map(shown).join('')));
}

/** Every cell as the guest's video memory has it. */
async function expectExact(vm: Console, server: Qemu): Promise<void> {
  expectMemory(await vm.screen.text(), await server.textMemory());
}

async function targets(guests: Readonly<Record<string, Qemu>>): Promise<string> {
  const home = join(folder, 'config');
  await mkdir(join(home, 'rfbctl'), { recursive: true });
  const entries = Object.entries(guests).map(([name, { address }]) => [name, { address }]);
  await writeFile(join(home, 'rfbctl', 'config.json'), JSON.stringify({ targets: Object.fromEntries(entries) }));
  return home;
}

describeWith(['linuxGuest', 'grub'], 'boot checks of four guests', () => {
  // Builds it, too.
  beforeAll(async () => expect((await cli('--version')).exitCode).toBe(0), 300_000);

  test.each(rounds)(
    'examples/boot-checks.yaml, and every cell of their screens (round %i)',
    { timeout: 300_000 },
    async () => {
      await using bootSector = await qemu();
      await using bootMenu = await qemu({ guest: 'boot-menu', args: ['-S'] });
      await using grub = await qemu({ guest: 'grub' });
      await using linux = await qemu({ guest: 'login' });
      const guests = { 'boot-sector': bootSector, 'boot-menu': bootMenu, grub, linux };
      const configHome = await targets(guests);
      const file = join(import.meta.dirname, '../../examples/boot-checks.yaml');
      const variables = ['--var', `out=${folder}`, '--var', `password=${LINUX_LOGIN.password}`];
      // Its firmware waits for a minute, not for a machine with much to do.
      await bootMenu.qmp.execute('cont');
      const { exitCode, stdout, stderr } = await startCli(['check', file, ...variables], {
        env: { XDG_CONFIG_HOME: configHome },
      }).result;
      expect(`${stdout}${stderr}`).toMatch(/4 checks: all passed/);
      expect(exitCode).toBe(0);

      for (const server of Object.values(guests)) {
        await using vm = await connect(server.address);
        await expectExact(vm, server);
      }
      // The last screenshots show what stands there still.
      for (const [name, server] of Object.entries({ 'boot-sector': bootSector, linux })) {
        expectMemory(new TextReader().read(await readPicture(join(folder, `${name}.png`))), await server.textMemory());
      }
    },
  );
});

describeWith(['grub'], 'GRUB in its graphical terminal', () => {
  test.each(rounds)('its menu and its command line are read exactly (round %i)', { timeout: 300_000 }, async () => {
    await using server = await qemu({ guest: 'grub-gfxterm' });
    await using vm = await connect(server.address);
    await vm.screen.waitForText("before booting or `c' for a command-line.", { timeoutMs: 60_000 });
    const menu = await vm.screen.text();
    expect(menu.recognised).toBe(1);
    expect(menu.grid).toMatchObject({ font: 'unifont-8x16', cellWidth: 8, cellHeight: 16 });
    const inFrame = menu.lines.map((line) => /^ +┃[* ](.*?) +┃$/.exec(line)?.[1]).filter(Boolean);
    expect(inFrame).toEqual(GRUB_ENTRIES);
    expect(menu.lines.filter((line) => /^ +(?:┏━+┓|┗━+┛)$/.test(line))).toHaveLength(2);

    await vm.keyboard.press('c');
    await vm.screen.waitForText(/^ *grub>$/m, { timeoutMs: 60_000 });
    const said = 'The quick brown fox, 42 times: ~!@#%^*()_+-=[]{}|?/<>.,:';
    await vm.keyboard.type(`echo '${said}'\n`);
    await vm.screen.waitForText(new RegExp(`^ *${said.replace(/[^\w ]/g, '\\$&')}\n *grub>$`, 'm'), {
      timeoutMs: 60_000,
    });
  });
});

describeWith(['qemu'], 'all of code page 437', () => {
  test.each(rounds)('in all colours is what the video memory holds (round %i)', { timeout: 300_000 }, async () => {
    await using server = await qemu();
    await using vm = await connect(server.address);
    await expectExact(vm, server);
    await vm.keyboard.type('It scrolls.\n'.repeat(12));
    await vm.screen.waitForText(/(?:It scrolls\.\n){11}/, { timeoutMs: 60_000 });
    await expectExact(vm, server);
  });
});

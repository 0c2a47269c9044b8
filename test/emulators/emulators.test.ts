import { expect, test } from 'vitest';
import { emulatorNames, loadEmulator } from '../../src/emulators/index.ts';
import { connect } from '../../src/index.ts';
import { listMachines } from '../../src/transports/index.ts';

test.each(emulatorNames)(
  '%s: what it says of itself leads to its machines and consoles',
  { timeout: 120_000 },
  async (name) => {
    const emulator = await loadEmulator(name);
    expect(emulator.name).toBe(name);
    await using emulation = await emulator.start({});
    const { address, consoles, variables, options } = emulation;
    const [, pin] = options;
    const own = { variables, ...(pin !== undefined && { tls: { pin } }) };
    const machines = await listMachines(address, own);
    expect(machines.length).toBeGreaterThan(1);
    expect(consoles.length).toBeGreaterThan(0);
    for (const target of [consoles[0], machines.find((machine) => machine.console === 'vnc')?.address]) {
      await using vm = await connect(target ?? '', { ...own, connectTimeoutMs: 60_000 });
      expect(vm.width).toBeGreaterThan(0);
    }
  },
);

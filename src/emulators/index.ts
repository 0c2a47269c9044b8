import type { Emulator } from './emulator.ts';

/** Every emulator, under its name; loaded when it is wanted. */
export const emulators = {
  proxmox: async () => (await import('./proxmox/index.ts')).proxmox,
  xapi: async () => (await import('./xapi/index.ts')).xapi,
  hetzner: async () => (await import('./hetzner/index.ts')).hetzner,
  nova: async () => (await import('./nova/index.ts')).nova,
  kubevirt: async () => (await import('./kubevirt/index.ts')).kubevirt,
} as const satisfies Readonly<Record<string, () => Promise<Emulator>>>;

export const emulatorNames: readonly string[] = Object.keys(emulators);

/** @throws RangeError for a name that is none of `emulatorNames` */
export async function loadEmulator(name: string): Promise<Emulator> {
  const load = (emulators as Readonly<Record<string, () => Promise<Emulator>>>)[name];
  if (load === undefined) throw new RangeError(`no emulator is called ${name}`);
  return await load();
}

import { Dialogue, listMachines, openTerminal, power } from 'rfbctl';
import { loadEmulator } from 'rfbctl/testing';

// #region emulator
const emulator = await loadEmulator('proxmox');
await using provider = await emulator.start({});
const { address, variables, options } = provider;
// #endregion
const tls = { pin: options[1] };
// #region machines
await power(`${address}/off`, 'on', { variables, tls });
for (const { id, name, state } of await listMachines(address, { variables, tls })) console.log(id, name, state);
// #endregion
// #region terminal
const terminal = await openTerminal(`${address}/shell`, { variables, tls, size: { columns: 100, rows: 30 } });
const shell = new Dialogue(terminal);
await shell.send('stty size\r');
const { groups } = await shell.expect(/(\d+) (\d+)/, { timeoutMs: 20_000 });
await terminal.close();
// #endregion
console.log(`${groups[1]}x${groups[0]}`);

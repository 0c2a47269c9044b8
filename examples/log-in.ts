import { writeFile } from 'node:fs/promises';
import { connect } from 'rfbctl';

const [address = 'demo:', file = 'after.png'] = process.argv.slice(2);

await using vm = await connect(address);
// #region keyboard
await vm.keyboard.type('root\n');
await vm.keyboard.type('pass word?\n', { rate: 15 }); // characters a second
await vm.keyboard.press('ctrl+l');
await vm.keyboard.press(['u', 'n', 'a', 'm', 'e', 'enter']);
// #endregion
await writeFile(file, await vm.screenshot());

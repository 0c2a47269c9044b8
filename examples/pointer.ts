import { writeFile } from 'node:fs/promises';
import { connect } from 'rfbctl';

const [address = 'demo:desktop', file = 'window.jpg'] = process.argv.slice(2);

await using vm = await connect(address);
// #region pointer
await vm.pointer.click(200, 300);
await vm.pointer.click(220, 300, { button: 'right', modifiers: ['ctrl'] });
await vm.pointer.drag({ x: 100, y: 500 }, { x: 400, y: 600 });
await vm.pointer.scroll(0, 3, { x: 512, y: 384 }); // three steps down
// #endregion
// #region region
const window = { x: 640, y: 120, width: 320, height: 220 };
await writeFile(file, await vm.screenshot({ region: window, format: 'jpeg' }));

const { rgba } = await vm.capture({ region: window });
const [red, green, blue] = rgba;
// #endregion
console.log(`the upper left pixel of the window: ${red}, ${green}, ${blue}`);

import { connect, ScreenWatch } from 'rfbctl';

const [address = 'demo:'] = process.argv.slice(2);

await using vm = await connect(address);
// #region watch
using watch = await ScreenWatch.start(vm.session, { region: { x: 0, y: 200, width: 720, height: 200 } });
console.log(`changed by itself: ${await watch.changed(200)}`);
await vm.keyboard.type('x');
console.log(`changed by a key: ${await watch.changed(5000)}`);
// #endregion

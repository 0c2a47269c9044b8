import { Console, Session } from 'rfbctl';
import { createServer, pipePair } from 'rfbctl/testing';

// #region memory
await using server = createServer({ scene: 'login', name: 'No socket' });
const [near, far] = pipePair({ names: ['a test', 'its viewer'] });
server.accept(far);
await using vm = new Console(await Session.open(near));
// #endregion
await vm.keyboard.type('root\n');
console.log(`${vm.desktopName}: ${server.viewers} viewer`);

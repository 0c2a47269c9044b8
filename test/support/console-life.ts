// A console's life as a program lives it; then nothing may keep the process alive. Arguments: address, which life.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'rfbctl';

const [address = '', life = ''] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);

switch (life) {
  case 'use and close': {
    await using vm = await connect(address);
    await vm.keyboard.type('hello');
    const held = vm.keyboard.press('a', { holdMs: 60_000 }).catch((error) => say(error.message));
    await vm.screenshot();
    await vm.close();
    await held;
    break;
  }
  case 'outlive the server': {
    const vm = await connect(address);
    say('connected');
    const waiting = [vm.waitForEvent('bell'), vm.session.nextUpdate(), vm.keyboard.press('a', { holdMs: 60_000 })];
    for (const { reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[]) say(reason.code);
    break;
  }
  case 'abort the connection': {
    const abort = new AbortController();
    const connecting = connect(address, { signal: abort.signal });
    await sleep(150);
    abort.abort(new Error('enough'));
    await connecting.catch((error) => say(error.message));
    break;
  }
}

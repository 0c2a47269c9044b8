import { connect, Trace } from 'rfbctl';

const [address = 'demo:'] = process.argv.slice(2);

// #region folder
{
  await using vm = await connect(address, { trace: 'login-trace' });
  await vm.screen.waitForText('login:');
  await vm.keyboard.type('root\n');
}
// #endregion

// #region own
await using trace = await Trace.create('two-consoles', { task: 'both machines boot' });
for (const machine of [address, address]) {
  trace.note(`looking at ${machine}`);
  await using vm = await connect(machine, { trace });
  await vm.screen.waitForText('login:');
}
// #endregion
console.log(`evidence in ${trace.path}`);

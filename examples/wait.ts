import { writeFile } from 'node:fs/promises';
import { any, connect, encodeImage, stable, textShown, WaitTimeoutError } from 'rfbctl';

const [address = 'demo:', file = 'last.png'] = process.argv.slice(2);

await using vm = await connect(address);
// #region wait
await vm.screen.waitForText(/login:$/m, { timeoutMs: 120_000 });
await vm.keyboard.type('root\n');
await vm.screen.waitForText('Password:');
await vm.keyboard.type('secret\n');
await vm.screen.waitFor(any([textShown(/[$#]$/m), textShown('Login incorrect')]));
// #endregion

// #region read
await vm.keyboard.type('uname -a\n');
await vm.screen.waitFor(stable(300));
const screen = await vm.screen.text();
console.log(screen.text.match(/^Demo demo.*$/m)?.[0]);
// #endregion

// #region evidence
try {
  await vm.screen.waitForText('Windows', { timeoutMs: 500 });
} catch (error) {
  if (!(error instanceof WaitTimeoutError)) throw error;
  if (error.evidence) await writeFile(file, await encodeImage(error.evidence.last.picture, 'png'));
  console.log(error.code);
}
// #endregion

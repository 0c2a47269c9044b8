import { writeFile } from 'node:fs/promises';
import { connect, encodeImage, imageShown, not, readImage, WaitTimeoutError } from 'rfbctl';

const [address = 'demo:desktop', file = 'notepad.png', difference = 'difference.png'] = process.argv.slice(2);

await using vm = await connect(address);
// #region keep
// Once, from a screen that shows it: the title of the notepad's window.
await writeFile(file, await vm.screenshot({ region: { x: 64, y: 80, width: 120, height: 24 } }));
// #endregion

// #region wait
const notepad = await readImage(file);
const { verdict } = await vm.screen.waitForImage(notepad, { timeoutMs: 60_000 });
console.log(verdict.seen);
// #endregion

// #region click
const found = await vm.screen.find(notepad);
if (found) await vm.pointer.click(found.click.x, found.click.y);
await vm.screen.waitFor(not(imageShown(notepad)));
// #endregion

// #region evidence
try {
  await vm.screen.waitForImage(notepad, { timeoutMs: 500 });
} catch (error) {
  if (!(error instanceof WaitTimeoutError)) throw error;
  const { seen, difference: draw } = error.evidence?.best.verdict ?? {};
  if (draw) await writeFile(difference, await encodeImage(draw(), 'png'));
  console.log(seen);
}
// #endregion

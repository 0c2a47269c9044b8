import { once } from 'node:events';
import { connect } from 'rfbctl';
import { Display, type Scene, type SceneKey, serve } from 'rfbctl/testing';

/** A machine that answers Escape with a bell, and every other key with a text on its clipboard. */
class Machine implements Scene {
  readonly name = 'machine';
  readonly display = new Display(320, 200);

  onKey({ down, keysym }: SceneKey): void {
    if (!down) return;
    if (keysym === 0xff1b) this.display.bell();
    else this.display.cutText(`key ${keysym.toString(16)}`);
  }

  onCutText(text: string): void {
    this.display.cutText(text.toUpperCase());
  }
}

await using server = await serve({ scene: new Machine() });
await using vm = await connect(server.address);

// #region listen
vm.on('bell', () => console.log('bell'));
vm.on('cutText', (text) => console.log(`copied there: ${text}`));
vm.on('resize', (width, height) => console.log(`now ${width}x${height}`));
vm.once('closed', (error) => console.log(error ? `lost: ${error.message}` : 'closed'));
// #endregion

// #region wait
// Listen first, then do what causes the event.
const copied = vm.waitForEvent('cutText', { where: (text) => text.startsWith('key'), timeoutMs: 5000 });
await vm.keyboard.press('f8');
const [text] = await copied;
// #endregion
console.log(`waited for: ${text}`);

// #region clipboard
const answered = once(vm, 'cutText', { signal: AbortSignal.timeout(5000) });
await vm.paste('hello');
await answered;
console.log(`the server's clipboard: ${vm.clipboard}`);
// #endregion

await vm.keyboard.press('escape');
await vm.close();

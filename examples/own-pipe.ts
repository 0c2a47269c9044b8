import { type BytePipe, Console, openAddress, Session } from 'rfbctl';

const [address = 'demo:'] = process.argv.slice(2);

// #region pipe
/** Counts what arrives on its way through. */
function counted(pipe: BytePipe, count: (length: number) => void): BytePipe {
  return {
    name: pipe.name,
    incoming: (async function* () {
      for await (const chunk of pipe.incoming) {
        count(chunk.length);
        yield chunk;
      }
    })(),
    write: (bytes) => pipe.write(bytes),
    close: () => pipe.close(),
  };
}

let received = 0;
const { pipe } = await openAddress(address);
const session = await Session.open(
  counted(pipe, (length) => {
    received += length;
  }),
);
await using vm = new Console(session);
const picture = await vm.capture();
// #endregion
const factor = picture.rgba.length / received;
console.log(`${vm.width}x${vm.height}, compressed ${factor > 10 ? 'well' : 'badly'}`);

import { createServer } from 'node:net';
import { ConnectionError, connect, RfbError, TimeoutError } from 'rfbctl';

// A port that takes connections and never says a word.
const silent = createServer().listen(0, '127.0.0.1');
await new Promise((resolve) => silent.once('listening', resolve));
const bound = silent.address();
const address = typeof bound === 'object' && bound ? `127.0.0.1::${bound.port}` : '';

// #region deadline
try {
  await connect(address, { connectTimeoutMs: 5000, handshakeTimeoutMs: 200 });
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  console.log(`${error.code} in phase ${error.phase}`);
}
// #endregion

// #region signal
const abort = new AbortController();
const connecting = connect(address, { signal: abort.signal });
setTimeout(() => abort.abort(new Error('changed my mind')), 100);
await connecting.catch((error) => console.log(error.message));
// #endregion
silent.close();

// #region errors
try {
  await using vm = await connect('demo:');
  await vm.keyboard.press('ctrl+alt+dell');
} catch (error) {
  if (error instanceof ConnectionError) console.log('worth another try later');
  else if (error instanceof RfbError) console.log(`${error.name} ${error.code}: ${error.message}`);
  else throw error; // a bug, or the reason of a signal
}
// #endregion

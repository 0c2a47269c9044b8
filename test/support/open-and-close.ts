// Opens an address, gets an echo, closes; then nothing may keep the process alive. Arguments: address, options as JSON.
import { openAddress } from '../../src/transports/index.ts';

const [address = '', options = '{}'] = process.argv.slice(2);
const { pipe } = await openAddress(address, JSON.parse(options));
await pipe.write(new TextEncoder().encode('echo'));
for await (const chunk of pipe.incoming) {
  process.stdout.write(chunk);
  break;
}
await pipe.close();

import { writeFile } from 'node:fs/promises';
import { connect } from 'rfbctl';

const [address = 'demo:', file = 'screen.png'] = process.argv.slice(2);

await using vm = await connect(address);
await writeFile(file, await vm.screenshot());
console.log(`${file}: ${vm.width}x${vm.height}`);

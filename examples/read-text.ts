import { connect, readFont } from 'rfbctl';

const [address = 'demo:', ...files] = process.argv.slice(2);

await using vm = await connect(address, { fonts: await Promise.all(files.map(readFont)) });
const { lines, grid, recognised, unknown } = await vm.screen.text();
console.log(`${grid.font}: ${100 * recognised} % of the letters are known, ${unknown.length} cells are not`);
console.log(lines[0]);

/** `npm run bench [-- DIR]`: see README.md. */
import { parseArgs } from 'node:util';
import { benchDecoding } from './decoding/bench.ts';

const USAGE = `usage: npm run bench -- [DIR] [--rounds N] [--only STREAM/DECODER]... [--json]
`;

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(): Promise<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return USAGE;
  const [directory] = positionals;
  return benchDecoding(
    {
      directory,
      ...(values.rounds !== undefined && { rounds: Number(values.rounds) }),
      ...(values.only && { only: values.only }),
      ...(values.json && { json: true }),
    },
    say,
  );
}

try {
  process.stdout.write(`${await main()}\n`);
} catch (error) {
  say(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

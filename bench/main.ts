/** `npm run bench [-- NAME | DIR]`: see README.md. */
import { parseArgs } from 'node:util';
import { benchDecoding } from './decoding/bench.ts';
import { benchLatency } from './latency.ts';
import { benchMatching } from './matching.ts';
import { benchPng } from './png.ts';
import { benchScreenshot } from './screenshot.ts';
import { benchSessions } from './sessions.ts';
import { benchTyping } from './typing.ts';

type Say = (line: string) => void;

/** Benches of more than decoding; each gives a table. */
const BENCHES: Readonly<Record<string, (rounds: number, say: Say) => Promise<string>>> = {
  screenshot: benchScreenshot,
  png: benchPng,
  sessions: (_rounds, say) => benchSessions(say),
  latency: (rounds, say) => benchLatency(rounds, say),
  matching: benchMatching,
  typing: (_rounds, say) => benchTyping(say),
};

const DEFAULT_ROUNDS = 9;
const MIN_ROUNDS = 5;

const USAGE = `usage: npm run bench -- [DIR | decoding | ${Object.keys(BENCHES).join(' | ')} | all] [OPTION]...

DIR              the streams there; default: the big corpus where it is, else fixtures
--rounds N       of each; at least ${MIN_ROUNDS}, default ${DEFAULT_ROUNDS}
--only S/D       streams and decoders with S and D in their names; may be repeated
--cpu            decoders by processor time, for machines that have other things to do
--json           seconds of every run, instead of the table of decoders`;

const say: Say = (line) => void process.stderr.write(`${line}\n`);

async function* main(): AsyncGenerator<string> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: `${DEFAULT_ROUNDS}` },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      cpu: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [what = 'decoding'] = positionals;
  const rounds = Number(values.rounds);
  if (values.help || positionals.length > 1) {
    yield USAGE;
    return;
  }
  if (!(rounds >= MIN_ROUNDS)) throw new RangeError(`--rounds ${values.rounds}: a median wants ${MIN_ROUNDS} or more`);
  const { only, json, cpu } = values;
  const bench = BENCHES[what];
  if (bench) yield await bench(rounds, say);
  else {
    const directory = what === 'decoding' || what === 'all' ? undefined : what;
    yield await benchDecoding({ directory, rounds, only, json, cpu }, say);
  }
  if (what === 'all') for (const each of Object.values(BENCHES)) yield await each(rounds, say);
}

try {
  for await (const part of main()) process.stdout.write(`${part}\n\n`);
} catch (error) {
  say(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

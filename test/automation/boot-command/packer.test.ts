import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Dialect, parseBootCommand } from '../../../src/automation/boot-command/parser.ts';
import { type OracleEvent, oracle } from './packer-oracle.ts';
import { eventsOf } from './recording-console.ts';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures/boot-commands');
const read = (file: string) => JSON.parse(readFileSync(path.join(FIXTURES, file), 'utf8'));
const commands = Object.values<string[]>(read('commands.json')).flat();
const checked: [command: string, events: string][] = read('checked-by-hand.json');

/**
 * Shift stays down between two characters that need it, and keys that the script holds at its end come up: neither changes
 * what is typed. Everything else is as packer sends it.
 */
function normalized(events: readonly string[]): string {
  const line = events.join(' ').replaceAll(' -ffe1 +ffe1', '');
  const held: string[] = [];
  for (const event of line.split(' ')) {
    if (event.startsWith('+')) held.push(event.slice(1));
    else if (event.startsWith('-')) held.splice(held.lastIndexOf(event.slice(1)), 1);
  }
  return [line, ...held.reverse().map((keysym) => `-${keysym}`)].filter(Boolean).join(' ');
}

function shown(events: readonly OracleEvent[]): string[] {
  return events.flatMap((event) => {
    if ('refused' in event) return ['refused'];
    if ('waitNs' in event) return [`~${Number(event.waitNs) / 1e6}`];
    return [`${event.down ? '+' : '-'}${event.keysym.toString(16)}`];
  });
}

const sent = async (command: string, dialect: Dialect) => {
  const events = await eventsOf(parseBootCommand(command, { dialect }));
  return events.replaceAll(' -ffe1 +ffe1', '');
};

test('there are enough of them', () => {
  expect(new Set(commands).size).toBeGreaterThanOrEqual(200);
  expect(checked.length).toBeGreaterThanOrEqual(40);
});

test.each(checked)('by hand: %s is %s', async (command, events) => {
  expect(shown(oracle(command)).join(' ').replaceAll(' -ffe1 +ffe1', '')).toBe(events);
  expect(await sent(command, 'packer')).toBe(normalized(events.split(' ').filter(Boolean)));
});

test.each(commands)('%s', async (command) => {
  expect(await sent(command, 'packer')).toBe(normalized(shown(oracle(command))));
});

/** What this project's language has more: the same text means another thing there. */
const DIFFERENT = new Set(['<ctrl+c>', '<leftCtrl+c>', '<bs*20>']);

test.each(commands.filter((command) => !DIFFERENT.has(command)))(
  'the same with this project’s tags: %s',
  async (command) => {
    expect(await sent(command, 'rfbctl')).toBe(await sent(command, 'packer'));
  },
);

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...[
      '<',
      '>',
      '<wait',
      '<enter',
      'on>',
      'off>',
      'On',
      '<f1',
      '<left',
      'Shift',
      '5',
      '0',
      '.',
      '-',
      's>',
      'ms',
      'm',
      'µs',
    ],
    ...['<wait>', '<a', 'leftCtrl', 'A', 'a', ' ', '~', '1', '<<', '/', '"', 'WAIT', 'bs', '*', '+'],
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((all) => all.join('')),
    fc.string({ unit: 'binary-ascii', maxLength: 40 }).map((text) => text.replace(/[^ -~]/g, '')),
  );

  test('is what packer reads in it', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        fc.pre(!text.includes('{{') && !/^\s*\[/.test(text));
        const events = oracle(text);
        if (events.some((event) => 'refused' in event)) {
          expect(() => parseBootCommand(text, { dialect: 'packer' })).toThrow(/a wait must be longer than 0/);
          return;
        }
        // A key that is down already, and Shift that the script itself holds, are other tests' matter.
        fc.pre(!/<.?(?:[^<>]{1,12})?o(?:n|ff)>/i.test(text));
        expect(await sent(text, 'packer')).toBe(normalized(shown(events)));
      }),
      { numRuns: 2000 },
    );
  });

  test('without brackets is typed as it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(/^[^<\p{C}\r\n]+$/u.test(text) && !text.includes('{{') && !/^\s*\[/.test(text));
        const steps = parseBootCommand(text, { dialect: 'packer' });
        expect(steps).toMatchObject([{ action: 'type', text, place: { line: 1, column: 1 } }]);
      }),
    );
  });

  test('in either language is read, or refused with a place inside it', () => {
    const hostile = fc.array(
      fc.oneof(
        pieces,
        fc.constantFrom(
          '<if "a">',
          '<else>',
          '<endif>',
          '<wait-text',
          '"x"',
          '/x/',
          '<#',
          '#>',
          `\${a}`,
          '{{ .b }}',
          '\n',
          '[',
          ']',
        ),
        fc.constantFrom(
          '<click',
          '10,20',
          '<press',
          'until',
          'every',
          '1s',
          '<goto',
          'x',
          '<label x>',
          '\\',
          "'",
          '\u0000',
          '\ud800',
        ),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(hostile, fc.constantFrom<Dialect>('rfbctl', 'packer'), (all, dialect) => {
        const text = all.join('');
        try {
          parseBootCommand(text, { dialect, variables: { a: 'A', b: 'B' } });
        } catch (error) {
          expect(error).toMatchObject({ code: 'BAD_SCRIPT', place: { line: expect.any(Number) } });
          const { place } = error as { place: { line: number; column: number } };
          const line = text.split('\n')[place.line - 1];
          expect(line).toBeDefined();
          expect(place.column).toBeLessThanOrEqual((line ?? '').length + 1);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

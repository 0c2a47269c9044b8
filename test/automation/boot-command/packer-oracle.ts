/**
 * packer's boot command grammar (packer-plugin-sdk, bootcommand/boot_command.pigeon) once more, as a parsing expression
 * grammar and not as regular expressions, and what packer's VNC driver sends for it. Shares nothing with the parser.
 */

type Result<T> = { readonly value: T; readonly end: number } | undefined;
type Rule<T> = (text: readonly string[], at: number) => Result<T>;

export type OracleEvent =
  | { readonly down: boolean; readonly keysym: number }
  | { readonly waitNs: bigint }
  /** packer refuses the whole command. */
  | { readonly refused: string };

const rune: Rule<string> = (text, at) => {
  const value = text[at];
  return value === undefined ? undefined : { value, end: at + 1 };
};

function exact(word: string): Rule<string> {
  return (text, at) => {
    const runes = [...word];
    return runes.every((one, i) => text[at + i] === one) ? { value: word, end: at + runes.length } : undefined;
  };
}

function anyCase(word: string): Rule<string> {
  return (text, at) => {
    const runes = [...word];
    const same = runes.every((one, i) => text[at + i]?.toLowerCase() === one.toLowerCase());
    return same ? { value: word.toLowerCase(), end: at + runes.length } : undefined;
  };
}

function first<T>(...rules: readonly Rule<T>[]): Rule<T> {
  return (text, at) => {
    for (const rule of rules) {
      const result = rule(text, at);
      if (result) return result;
    }
    return undefined;
  };
}

function optional<T>(rule: Rule<T>): Rule<T | undefined> {
  return (text, at) => rule(text, at) ?? { value: undefined, end: at };
}

function many<T>(rule: Rule<T>, least: number): Rule<T[]> {
  return (text, at) => {
    const value: T[] = [];
    let end = at;
    for (let result = rule(text, end); result; result = rule(text, end)) {
      value.push(result.value);
      end = result.end;
    }
    return value.length >= least ? { value, end } : undefined;
  };
}

/** All of them one after another; what `make` returns for their values. */
function sequence<T>(rules: readonly Rule<unknown>[], make: (values: readonly unknown[]) => T): Rule<T> {
  return (text, at) => {
    const values: unknown[] = [];
    let end = at;
    for (const rule of rules) {
      const result = rule(text, end);
      if (!result) return undefined;
      values.push(result.value);
      end = result.end;
    }
    return { value: make(values), end };
  };
}

function oneOf(characters: string): Rule<string> {
  return (text, at) => {
    const result = rune(text, at);
    return result && characters.includes(result.value) ? result : undefined;
  };
}

const joined = (values: readonly unknown[]): string =>
  values
    .flat(9)
    .filter((value) => value !== undefined)
    .join('');

const digit = oneOf('0123456789');
const integer = first(exact('0'), sequence([oneOf('123456789'), many(digit, 0)], joined));
const fraction = sequence([exact('.'), many(digit, 1)], joined);
const number = sequence([optional(exact('-')), integer, optional(fraction)], joined);
const UNITS = { ns: 1n, us: 1000n, µs: 1000n, ms: 1_000_000n, s: 10n ** 9n, m: 60n * 10n ** 9n, h: 3600n * 10n ** 9n };
const unit = first(...Object.keys(UNITS).map(exact));
const duration = many(
  sequence([number, unit], ([n, u]) => [n, u] as [string, keyof typeof UNITS]),
  1,
);
const on = anyCase('on');
const off = anyCase('off');
const toggle = first(on, off);

const SPECIAL: Readonly<Record<string, number>> = {
  ...{ bs: 0xff08, del: 0xffff, enter: 0xff0d, esc: 0xff1b, return: 0xff0d, tab: 0xff09, spacebar: 0x20 },
  ...{ up: 0xff52, down: 0xff54, insert: 0xff63, home: 0xff50, end: 0xff57, pageUp: 0xff55, pageDown: 0xff56 },
  ...{ f10: 0xffc7, f11: 0xffc8, f12: 0xffc9, f1: 0xffbe, f2: 0xffbf, f3: 0xffc0, f4: 0xffc1, f5: 0xffc2 },
  ...{ f6: 0xffc3, f7: 0xffc4, f8: 0xffc5, f9: 0xffc6 },
  ...{
    leftAlt: 0xffe9,
    leftCtrl: 0xffe3,
    leftShift: 0xffe1,
    leftSuper: 0xffeb,
    leftCommand: 0xffe9,
    leftOption: 0xffe7,
  },
  ...{ rightAlt: 0xffea, rightCtrl: 0xffe4, rightShift: 0xffe2, rightSuper: 0xffec, rightCommand: 0xffea },
  // packer's grammar has Meta, its VNC driver no keysym for it: X11's.
  ...{ rightOption: 0xffe8, leftMeta: 0xffe7, rightMeta: 0xffe8 },
  ...{ left: 0xff51, right: 0xff53, menu: 0xff67 },
};
const special = first(...Object.keys(SPECIAL).map(anyCase));
const keysyms = new Map(Object.entries(SPECIAL).map(([name, keysym]) => [name.toLowerCase(), keysym]));

const waitTag = sequence(
  [exact('<'), exact('wait'), optional(first<unknown>(duration, integer)), exact('>')],
  (values) => {
    const [, , length] = values;
    if (length === undefined) return [{ waitNs: 10n ** 9n }] as OracleEvent[];
    return waitFor(typeof length === 'string' ? BigInt(length) * 10n ** 9n : nanoseconds(length as never));
  },
);
const characterTag = sequence([exact('<'), rune, toggle, exact('>')], ([, character, which]) =>
  eventsOf(String(character), which === 'on', which === 'off'),
);
const specialTag = sequence([exact('<'), special, optional(toggle), exact('>')], ([, name, which]) => {
  const keysym = keysyms.get(String(name)) ?? 0;
  const events: OracleEvent[] = [];
  if (which !== 'off') events.push({ down: true, keysym });
  if (which !== 'on') events.push({ down: false, keysym });
  return events;
});
const literal = sequence([rune], ([character]) => eventsOf(String(character), true, true));

const command = many(first(waitTag, characterTag, specialTag, literal), 0);

/** What packer sends for a command, in order. */
export function oracle(text: string): readonly OracleEvent[] {
  return command([...text], 0)?.value.flat() ?? [];
}

function eventsOf(character: string, down: boolean, up: boolean): OracleEvent[] {
  const keysym = character.codePointAt(0) ?? 0;
  const shift = /\p{Lu}/u.test(character) || '~!@#$%^&*()_+{}|:"<>?'.includes(character);
  const events: OracleEvent[] = [];
  if (shift && down) events.push({ down: true, keysym: 0xffe1 });
  if (down) events.push({ down: true, keysym });
  if (up) events.push({ down: false, keysym });
  if (shift && up) events.push({ down: false, keysym: 0xffe1 });
  return events;
}

function nanoseconds(parts: readonly (readonly [string, keyof typeof UNITS])[]): bigint {
  const negative = parts[0]?.[0].startsWith('-') ?? false;
  let sum = 0n;
  for (const [i, [written, name]] of parts.entries()) {
    // Go takes a sign in front of all of it alone.
    if (i > 0 && written.startsWith('-')) return -1n;
    const [whole = '0', decimals = ''] = written.replace('-', '').split('.');
    sum += BigInt(whole) * UNITS[name] + (BigInt(decimals || '0') * UNITS[name]) / 10n ** BigInt(decimals.length);
  }
  return negative ? -sum : sum;
}

function waitFor(waitNs: bigint): OracleEvent[] {
  return waitNs > 0n ? [{ waitNs }] : [{ refused: 'a wait must be positive' }];
}

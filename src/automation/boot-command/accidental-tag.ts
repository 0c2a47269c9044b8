import { modifierKeysym } from '../../rfb/keysyms.ts';
import type { Key } from '../key.ts';
import { parseChord } from '../key-chord.ts';
import { findKey } from '../key-names.ts';
import { nearestNames } from '../nearest-names.ts';
import { directiveAt, directiveNames } from './directives.ts';
import { matchAt, packerKeys, packerTagAt } from './packer-tags.ts';
import type { Dialect } from './parser.ts';

/** Text that looks like a tag and is none. */
export interface AccidentalTag {
  readonly written: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

const BRACKETED = /<([^<>\n]{1,60})>/y;
const UNCLOSED = /<([a-z]\w+)(?=[\s<]|$)/iy;

/**
 * Judges text that begins with `<` at `index` and that the dialect reads as text: undefined when it looks like no tag, as
 * `<foo>`, `a < b` and `cat <<EOF` do.
 */
export function accidentalTag(text: string, index: number, dialect: Dialect): AccidentalTag | undefined {
  const [written, content = ''] = matchAt(BRACKETED, text, index) ?? [];
  if (written === undefined) {
    const [open, name = ''] = matchAt(UNCLOSED, text, index) ?? [];
    return open !== undefined && (packerKeys.has(name.toLowerCase()) || /^wait\d*(ms|s|m|h)?$/.test(name))
      ? { written: open, suggestion: `${open}>` }
      : undefined;
  }
  if (dialect === 'packer' && directiveAt(text, index)) return { written, ...suggested(packerWay(content)) };
  const judges = [asWait, asKeyWithSlip, asKeyWithCount, asChord, asKey, asNearKey, asNearDirective];
  for (const judge of judges) {
    const suggestion = judge(content, dialect);
    if (suggestion !== undefined) return { written, ...suggested(suggestion) };
  }
  return undefined;
}

/** The suggestion; empty for a tag that was meant, but that nothing can stand for; undefined for no tag. */
type Judge = (content: string, dialect: Dialect) => string | undefined;

function suggested(suggestion: string): Pick<AccidentalTag, 'suggestion'> {
  return suggestion === '' ? {} : { suggestion };
}

const UNITS = [
  ['ms', /^m(?:s|illis\w*)$/i],
  ['s', /^s(?:ecs?|econds?)?$/i],
  ['m', /^m(?:ins?|inutes?)?$/i],
  ['h', /^h\w*$/i],
] as const;

/** `<Wait5>`, `<wait05>`, `<wait1.5>`, `<wait 5>`, `<wait5sec>`. */
const asWait: Judge = (content) => {
  const [, number, unit = ''] = /^wait[\s_:-]*(?:0*(\d+(?:\.\d+)?)\s*([a-z]*))?$/i.exec(content.trim()) ?? [];
  if (number === undefined) return /^\s*wait\s*$/i.test(content) ? '<wait>' : undefined;
  const known = UNITS.find(([, pattern]) => pattern.test(unit))?.[0];
  if (unit !== '' && known === undefined) return '';
  return `<wait${number}${known ?? (number.includes('.') ? 's' : '')}>`;
};

/** `<enter >`, `< f1>`. */
const asKeyWithSlip: Judge = (content) => {
  const tag = `<${content.replace(/[\s/\\]+/g, '')}>`;
  return tag !== `<${content}>` && packerTagAt(tag, 0)?.length === tag.length ? tag : undefined;
};

/** `<bs99>`, `<bs x3>`; function keys have numbers of their own. */
const asKeyWithCount: Judge = (content, dialect) => {
  const [, name = '', count] = /^([a-z]+?)\s*[x*]?\s*(\d{1,4})$/i.exec(content) ?? [];
  const key = packerKeys.get(name.toLowerCase());
  if (key === undefined || count === undefined) return undefined;
  return dialect === 'packer' ? `<${key}> ${count} times` : `<${key}*${count}>`;
};

/** `<ctrl-c>`. */
const asChord: Judge = (content, dialect) => {
  const keys = chordOf(content);
  if (!keys || keys.length < 2 || !keys.slice(0, -1).every(({ keysym }) => modifierKeysym(keysym))) return undefined;
  if (!/^\w{2,}[+-]/.test(content)) return undefined;
  return dialect === 'packer' ? toggled(keys) : `<${keys.map(({ name }) => name).join('+')}>`;
};

/** `<backspace>`, `<f13>`, `<ctrlOn>`: keys that packer calls by another name, or does not have. */
const asKey: Judge = (content, dialect) => {
  const [, name = '', toggle = ''] = /^(.{2,}?)(on|off)?$/i.exec(content) ?? [];
  const whole = /^\w{2,}$/.test(content) ? findKey(content) : undefined;
  const key = whole ?? (/^\w{2,}$/.test(name) ? findKey(name) : undefined);
  if (!key) return /^f\d{1,3}$/i.test(content) ? '' : undefined;
  const own = packerNameOf(key);
  const end = whole ? '' : toggle.toLowerCase() === 'on' ? 'On' : 'Off';
  if (own !== undefined) return `<${own}${end}>`;
  return dialect === 'packer' || end !== '' ? '' : `<press ${content}>`;
};

/** `<entr>`, `<leftSihftOn>`. */
const asNearKey: Judge = (content) => {
  const [, name = '', toggle = ''] = /^(.{3,}?)(on|off)?$/i.exec(content) ?? [];
  for (const [candidate, end] of [
    [content, ''],
    [name, toggle],
  ] as const) {
    const near = nearestNames(candidate.toLowerCase(), packerKeys.keys()).find(
      (key) => candidate.length > 2 && Math.abs(key.length - candidate.length) < 2,
    );
    if (near !== undefined) return `<${packerKeys.get(near)}${end}>`;
  }
  return undefined;
};

/** `<Wait-Text "x">`, `<screenshoot f.png>`. */
const asNearDirective: Judge = (content, dialect) => {
  const [, name = '', rest = ''] = /^([a-z]+(?:[-_][a-z]+)*)(\s.*)?$/is.exec(content) ?? [];
  const near = name.length < 4 ? undefined : nearestNames(name.toLowerCase().replaceAll('_', '-'), directiveNames)[0];
  if (near === undefined || (rest === '' && !near.includes('-'))) return undefined;
  return dialect === 'packer' ? '' : `<${near}${rest}>`;
};

/** How packer would be told, of a tag that is this project's. */
function packerWay(content: string): string {
  const [, chord = '', times] = /^(?:press\s+)?([^\s*]+)(?:\*(\d+))?/.exec(content) ?? [];
  const keys = chordOf(packerKeys.get(chord.toLowerCase()) ?? chord);
  if (!keys) return '';
  const once = keys.length === 1 ? named(keys[0]) : toggled(keys);
  return times === undefined || once === '' ? once : `${once} ${times} times`;
}

/** `<leftCtrlOn>c<leftCtrlOff>`; empty when packer lacks one of the keys. */
function toggled(keys: readonly Key[]): string {
  const names = keys.map(nameOf);
  if (names.includes(undefined)) return '';
  const held = names.slice(0, -1);
  const downs = held.map((name) => `<${name}On>`).join('');
  const ups = held
    .map((name) => `<${name}Off>`)
    .reverse()
    .join('');
  return `${downs}${named(keys.at(-1))}${ups}`;
}

function named(key: Key | undefined): string {
  if (!key) return '';
  const own = packerNameOf(key);
  return own === undefined ? (characterOf(key) ?? '') : `<${own}>`;
}

/** As it stands in front of On and Off. */
function nameOf(key: Key): string | undefined {
  return packerNameOf(key) ?? characterOf(key);
}

function characterOf({ name }: Key): string | undefined {
  return [...name].length === 1 ? name : undefined;
}

function packerNameOf({ keysym, name }: Key): string | undefined {
  if ([...name].length === 1 && name !== ' ') return undefined;
  return [...packerKeys.values()].find((own) => findKey(own)?.keysym === keysym);
}

function chordOf(text: string): readonly Key[] | undefined {
  try {
    return parseChord(text);
  } catch {
    return undefined;
  }
}

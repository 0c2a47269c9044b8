import { type DecodedItems, LineStarts, ScriptError } from './script-source.ts';

/** What makes a file a list, not text: packer's `boot_command = [`, or a bracket before a string or another bracket. */
const BEGINNING =
  /^(?:\s|#.*|\/\/.*)*(?:"?boot_(?:command|steps)"?\s*[=:]\s*\[|\[(?=(?:\s|#.*|\/\/.*)*(?:["[]|\]\s*$)))/;

const BLANK = /(?:\s|#.*|\/\/.*|\/\*[\s\S]*?\*\/)*/y;
const STRING_PART = /[^"\\\n]+|\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|["\\/bfnrt])/y;

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ '"': '"', '\\': '\\', '/': '/' },
};

/**
 * The strings of a list as packer's HCL and JSON have it, joined; of `boot_steps`, the first string of each pair. Undefined
 * for a file that is no list.
 * @throws UsageError `BAD_SCRIPT`
 */
export function readBootList(file: string, name?: string): DecodedItems | undefined {
  const [beginning] = BEGINNING.exec(file) ?? [];
  return beginning === undefined ? undefined : new ListReader(file, beginning.length, name).read();
}

class ListReader {
  readonly #file: string;
  readonly #name: string | undefined;
  #at: number;
  #text = '';
  readonly #offsets: number[] = [];

  constructor(file: string, at: number, name: string | undefined) {
    this.#file = file;
    this.#at = at;
    this.#name = name;
  }

  read(): DecodedItems {
    this.#items(() => (this.#next() === '[' ? this.#pair() : this.#string(true)));
    this.#skipBlank();
    if (this.#at < this.#file.length) throw this.#error('something follows the end of the list');
    return { text: this.#text, offsets: [...this.#offsets, this.#file.length] };
  }

  /** `["keys", "what they are for"]`. */
  #pair(): void {
    this.#at++;
    let index = 0;
    this.#items(() => this.#string(index++ === 0));
  }

  /** Items up to and with the closing bracket; a comma may follow the last one. */
  #items(item: () => void): void {
    for (;;) {
      if (this.#next() === ']') break;
      item();
      const separator = this.#next();
      if (separator === ',') this.#at++;
      else if (separator !== ']') throw this.#error('wanted , or ] after a string');
    }
    this.#at++;
  }

  #string(kept: boolean): void {
    if (this.#next() !== '"') throw this.#error('wanted a string in double quotes, or ]');
    this.#at++;
    while (this.#file[this.#at] !== '"') {
      STRING_PART.lastIndex = this.#at;
      const [part] = STRING_PART.exec(this.#file) ?? [];
      if (part === undefined) throw this.#error(this.#badPart());
      if (kept) this.#keep(part);
      this.#at += part.length;
    }
    this.#at++;
  }

  #keep(part: string): void {
    const decoded = part.startsWith('\\') ? decodeEscape(part) : part;
    for (let i = 0; i < decoded.length; i++) this.#offsets.push(this.#at + (part.startsWith('\\') ? 0 : i));
    this.#text += decoded;
  }

  #badPart(): string {
    const character = this.#file[this.#at];
    if (character === '\\') return `there is no escape \\${this.#file[this.#at + 1] ?? ''}`;
    return 'the string has no end in its line';
  }

  #next(): string | undefined {
    this.#skipBlank();
    return this.#file[this.#at];
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    this.#at += BLANK.exec(this.#file)?.[0].length ?? 0;
  }

  #error(message: string) {
    return new ScriptError(new LineStarts(this.#file).placeAt(this.#at, this.#name), message);
  }
}

function decodeEscape(written: string): string {
  const hex = /^\\[uU]([0-9a-fA-F]+)$/.exec(written)?.[1];
  if (hex === undefined) return ESCAPES[written.charAt(1)] ?? '';
  const codePoint = Number.parseInt(hex, 16);
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '\ufffd';
}

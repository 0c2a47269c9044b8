/** What a terminal prints, as text: characters that came in pieces are whole again, escape sequences and what only moves are gone. */
export class PlainText {
  readonly #decoder = new TextDecoder();
  /** The beginning of an escape sequence. */
  #open = '';

  push(bytes: Uint8Array): string {
    const text = this.#open + this.#decoder.decode(bytes, { stream: true });
    const plain = text.replace(SEQUENCES, '');
    const open = plain.lastIndexOf('\u001b');
    this.#open = open < 0 || plain.length - open > MAX_SEQUENCE ? '' : plain.slice(open);
    return plain.slice(0, open < 0 ? undefined : open).replace(CONTROLS, '');
  }
}

/** Titles and such are no longer; what is, is none. */
const MAX_SEQUENCE = 4096;

/** ECMA-48: CSI, the strings (OSC, DCS, SOS, PM, APC), and sequences of two or three characters. */
const SEQUENCES = new RegExp(
  [
    String.raw`\u001b\[[0-?]*[ -/]*[@-~]`,
    String.raw`\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)`,
    String.raw`\u001b[ -/]*[0-OQ-WYZ\\${'`'}a-~]`,
  ].join('|'),
  'g',
);

/** All but line feeds and tabs. */
const CONTROLS = /[^\P{Cc}\n\t]/gu;

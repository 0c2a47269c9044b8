import { createReadStream } from 'node:fs';
import { badRecording } from '../bad-recording.ts';
import type { RecordedPiece, Recording, RecordingFormat } from '../recording.ts';

/** What `websockify --record` writes, and noVNC's playback reads: a JavaScript array of strings, `{` from the server, `}` from the client. */
export const websockify: RecordingFormat = {
  name: 'websockify',
  summary: 'what websockify --record writes (read only)',

  detect: (head) => Buffer.from(head).toString('latin1').startsWith('var VNC_frame_'),

  async open(name) {
    const recording = new WebsockifyRecording(name);
    const security = await recording.chosenSecurity();
    return Object.assign(recording, security === undefined ? {} : { security });
  },
};

class WebsockifyRecording implements Recording {
  readonly format = websockify.name;
  readonly timed = true;
  readonly hasClient = true;
  readonly keyframes = [];
  readonly name: string;
  truncated = false;

  constructor(name: string) {
    this.name = name;
  }

  async *pieces(): AsyncGenerator<RecordedPiece> {
    const { createInterface } = await import('node:readline');
    const input = createReadStream(this.name, { encoding: 'latin1' });
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    let base64 = false;
    let last = 0;
    let count = 0;
    this.truncated = true;
    try {
      for await (const line of lines) {
        count++;
        if (/^var VNC_frame_encoding\s*=\s*['"]base64['"]/.test(line)) base64 = true;
        if (line.startsWith('var ')) continue;
        if (/^['"]EOF['"]\s*\];?$/.test(line)) {
          this.truncated = false;
          return;
        }
        const [, side, ms = '', text] = /^(?:u?['"])([{}])(\d+)[{}](.*)['"],$/.exec(line) ?? [];
        // The last line may have been cut off.
        if (text === undefined) {
          if (line.endsWith(',')) throw badRecording(this.name, `line ${count} is no frame`);
          continue;
        }
        last = Math.max(last, Number(ms));
        const bytes = base64 ? Buffer.from(text, 'base64') : unescaped(text);
        if (bytes.length > 0) yield { from: side === '{' ? 'server' : 'client', ms: last, bytes };
      }
    } finally {
      lines.close();
      input.destroy();
    }
  }

  /** What the client chose, since 3.7: the byte behind its ProtocolVersion. */
  async chosenSecurity(): Promise<number | undefined> {
    let client = Buffer.alloc(0);
    for await (const { from, bytes } of this.pieces()) {
      if (from === 'client') client = Buffer.concat([client, bytes]);
      if (client.length > 12) break;
    }
    return client.toString('latin1', 0, 12) >= 'RFB 003.007' ? client[12] : undefined;
  }

  async close(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, '\\': 92, "'": 39, '"': 34 };

/** Python's unicode_escape of Latin-1. */
function unescaped(text: string): Buffer {
  const plain = text.replace(/\\(?:x([\da-fA-F]{2})|(.))/g, (_, code: string | undefined, other: string) =>
    String.fromCharCode(code === undefined ? (ESCAPES[other] ?? other.charCodeAt(0)) : Number.parseInt(code, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

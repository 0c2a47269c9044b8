import type { ByteReader } from '../../bytes/byte-reader.ts';
import { ByteWriter } from '../../bytes/byte-writer.ts';
import { deflate, inflateWithin } from '../../bytes/deflated.ts';
import { ProtocolError } from '../../errors.ts';
import { MAX_CUT_TEXT, maxCompressedLength } from '../limits.ts';
import { encodeText } from '../text.ts';

/** Formats: bits 0 to 15. Text is the only one that we use. */
export const CLIPBOARD_TEXT = 1 << 0;
const FORMAT_COUNT = 16;
const FORMATS = (1 << FORMAT_COUNT) - 1;

/** Actions: bits 24 to 31. */
export const CLIPBOARD_ACTIONS = {
  caps: 1 << 24,
  request: 1 << 25,
  peek: 1 << 26,
  notify: 1 << 27,
  provide: 1 << 28,
} as const;

export type ClipboardAction = keyof typeof CLIPBOARD_ACTIONS;

/** What a CutText message carries instead of a text when its length is negative, rfbproto "Extended Clipboard". */
export type ClipboardMessage =
  /** What the sender understands, and how long a text may be to be sent to it without being asked for. */
  | {
      readonly action: 'caps';
      readonly formats: number;
      readonly actions: readonly ClipboardAction[];
      readonly maxTextLength: number;
    }
  /** Asks for formats, for what there is, says what there is. */
  | { readonly action: 'request' | 'peek' | 'notify'; readonly formats: number }
  /** Line ends are \n. Undefined: none of the formats is text, or it is too long to be kept. */
  | { readonly action: 'provide'; readonly text: string | undefined };

/** Appends the length, which is negative, and the payload. */
export function writeClipboardMessage(out: ByteWriter, message: ClipboardMessage): void {
  const payload = payloadOf(message);
  out.s32(-payload.length).bytes(payload);
}

/** Reads the payload of a message of this length. */
export async function readClipboardMessage(reader: ByteReader, length: number): Promise<ClipboardMessage> {
  if (length < 4)
    throw new ProtocolError('BAD_LENGTH', `Extended Clipboard message of ${length} bytes, wanted 4 or more`);
  await reader.need(4);
  const flags = reader.u32();
  const formats = flags & FORMATS;
  const actions = (Object.keys(CLIPBOARD_ACTIONS) as ClipboardAction[]).filter(
    (action) => (flags & CLIPBOARD_ACTIONS[action]) !== 0,
  );
  if (actions.includes('caps')) {
    return {
      action: 'caps',
      formats,
      actions: actions.slice(1),
      maxTextLength: await readCaps(reader, length - 4, formats),
    };
  }
  const [action, another] = actions;
  if (action === undefined || action === 'caps' || another !== undefined) {
    throw new ProtocolError(
      'BAD_VALUE',
      `Extended Clipboard message with flags 0x${flags.toString(16)}, wanted one action`,
    );
  }
  if (action === 'provide') return { action, text: await readProvided(reader, length - 4, formats) };
  await reader.discard(length - 4);
  return { action, formats };
}

function payloadOf(message: ClipboardMessage): Uint8Array {
  const out = new ByteWriter();
  switch (message.action) {
    case 'caps': {
      const actions = message.actions.reduce((all, action) => all | CLIPBOARD_ACTIONS[action], CLIPBOARD_ACTIONS.caps);
      out.u32((actions | message.formats) >>> 0);
      for (let bit = 0; bit < FORMAT_COUNT; bit++) {
        if ((message.formats & (1 << bit)) !== 0) out.u32(1 << bit === CLIPBOARD_TEXT ? message.maxTextLength : 0);
      }
      return out.take();
    }
    case 'provide': {
      const text = encodeText(`${(message.text ?? '').replaceAll('\n', '\r\n')}\0`);
      const content = new ByteWriter().u32(text.length).bytes(text).take();
      return out
        .u32(CLIPBOARD_ACTIONS.provide | CLIPBOARD_TEXT)
        .bytes(deflate(content))
        .take();
    }
    default:
      return out.u32(CLIPBOARD_ACTIONS[message.action] | message.formats).take();
  }
}

async function readCaps(reader: ByteReader, length: number, formats: number): Promise<number> {
  const sizes = Array.from({ length: FORMAT_COUNT }, (_, bit) => 1 << bit).filter((bit) => (formats & bit) !== 0);
  if (length < sizes.length * 4) {
    throw new ProtocolError('BAD_LENGTH', `Extended Clipboard caps of ${sizes.length} formats in ${length} bytes`);
  }
  await reader.need(sizes.length * 4);
  const read = new Map(sizes.map((bit) => [bit, reader.u32()]));
  await reader.discard(length - sizes.length * 4);
  return read.get(CLIPBOARD_TEXT) ?? 0;
}

/** The formats are zlib data together, each behind its length, text first. What is too long is skipped, as plain texts are. */
async function readProvided(reader: ByteReader, length: number, formats: number): Promise<string | undefined> {
  const limit = 4 + MAX_CUT_TEXT;
  if ((formats & CLIPBOARD_TEXT) === 0 || length > maxCompressedLength(limit)) {
    await reader.discard(length);
    return undefined;
  }
  await reader.need(length);
  const content = inflateWithin(reader.view(length), limit);
  if (!content) return undefined;
  const data = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const textLength = content.length < 4 ? 0 : data.getUint32(0);
  if (content.length < 4 + textLength) {
    throw new ProtocolError('BAD_LENGTH', `clipboard text of ${textLength} bytes in ${content.length} bytes`);
  }
  const text = new TextDecoder().decode(content.subarray(4, 4 + textLength));
  return text.replace(/\0.*$/s, '').replaceAll('\r\n', '\n');
}

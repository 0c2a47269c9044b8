/**
 * Text on the wire, rfbproto "String Encodings": UTF-8 wherever nothing else is said; older peers send Latin-1, so bytes that are no UTF-8 are
 * read as that. Never fails.
 */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeLatin1(bytes);
  }
}

/** ISO 8859-1: what RFC 6143 §7.5.6 and §7.6.4 demand of plain clipboard text. */
export function decodeLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

export function encodeText(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** A server's text on one line of ours: control characters (and QEMU's closing NUL) removed, length bounded. */
export function printable(text: string, maxLength = 300): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean;
}

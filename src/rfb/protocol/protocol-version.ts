import type { ByteReader } from '../bytes/byte-reader.ts';
import { ProtocolError } from '../errors.ts';
import type { Connection } from './connection.ts';
import { decodeLatin1, encodeText, printable } from './text.ts';

/** The dialects of RFC 6143 §7.1.1 that differ on the wire. */
export type ProtocolVersion = '3.3' | '3.7' | '3.8';

const GREETING_LENGTH = 12;

const MAX_QUOTED = 40;

/** ProtocolVersion, RFC 6143 §7.1.1: reads the server's, answers with the highest that both know. */
export async function exchangeProtocolVersion({
  reader,
  pipe,
}: Connection): Promise<{ readonly version: ProtocolVersion; readonly announced: string }> {
  await awaitGreeting(reader);
  const greeting = decodeLatin1(reader.view(GREETING_LENGTH));
  const match = /^RFB (\d{3})\.(\d{3})\n$/.exec(greeting);
  if (!match) throw notRfb(greeting);
  const version = negotiate(Number(match[1]), Number(match[2]));
  await pipe.write(encodeText(`RFB 003.00${version.slice(2)}\n`));
  return { version, announced: `${Number(match[1])}.${Number(match[2])}` };
}

/** Another protocol's first words may be shorter than a greeting: stops at the first byte that is none of ours. */
async function awaitGreeting(reader: ByteReader): Promise<void> {
  for (let length = 1; length <= GREETING_LENGTH; length++) {
    await reader.need(length);
    const start = decodeLatin1(reader.peek(MAX_QUOTED));
    if (!start.startsWith('RFB '.slice(0, length))) throw notRfb(start);
  }
}

/**
 * 3.3, 3.7 and 3.8 are themselves. Between them (3.5, 3.6 and other inventions) the next lower one is safe; Apple's 3.889,
 * AMT's and RealVNC's 4.x and 5.0 speak 3.8.
 */
function negotiate(major: number, minor: number): ProtocolVersion {
  if (major < 3 || (major === 3 && minor < 3)) {
    throw new ProtocolError('BAD_GREETING', `the server speaks RFB ${major}.${minor}, the lowest that exists is 3.3`);
  }
  if (major > 3 || minor >= 8) return '3.8';
  return minor === 7 ? '3.7' : '3.3';
}

function notRfb(got: string): ProtocolError {
  const what = got.startsWith('HTTP/')
    ? 'an HTTP server answered; for a websocket console use a ws:// or wss:// address'
    : got.startsWith('\x15\x03') || got.startsWith('\x16\x03')
      ? 'a TLS server answered; try tls:HOST:PORT'
      : got.startsWith('SSH-')
        ? 'an SSH server answered'
        : 'it is no RFB (VNC) server';
  return new ProtocolError('BAD_GREETING', `wanted "RFB 003.008", got "${printable(got, MAX_QUOTED)}": ${what}`);
}

import type { Phase } from '../errors.ts';
import type { Connection } from '../protocol/connection.ts';
import { describeDuration } from './deadline.ts';

/** What a handshake that was not done in time has come to. */
export function describeSilence({ reader }: Connection, phase: Phase, waitedMs: number): string {
  const time = describeDuration(waitedMs);
  if (reader.received === 0) {
    return `connected, but the server sent nothing for ${time}, wanted its greeting "RFB 003.00x": is it a TLS (tls:), HTTP (ws://) or other server, or one that serves another client?`;
  }
  return `the server fell silent in phase ${phase} after ${reader.received} bytes (waited ${time} for the handshake)`;
}

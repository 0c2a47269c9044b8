import { type ResolvedAddress, resolveAddress } from './address.ts';
import { demo } from './demo.ts';
import { exec } from './exec.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import type { Opened, OpenOptions, Transport } from './transport.ts';
import { unixSocket } from './unix-socket.ts';
import { websocket } from './websocket.ts';

/** Every way to reach a console. */
export const transports = [tcp, tls, unixSocket, websocket, exec, demo] as const satisfies readonly Transport[];

/**
 * Opens what a user wrote: `host:1`, `wss://…`, `/run/vm.sock`.
 * @throws UsageError `BAD_ADDRESS` · ConnectionError `CONNECT_FAILED`, `TLS_UNTRUSTED`
 */
export async function openAddress(text: string, options: OpenOptions = {}): Promise<Opened> {
  const { transport, address } = find(text);
  options.signal?.throwIfAborted();
  return await transport.open(address, options);
}

/**
 * Checks what a user wrote, and says how to show it: no secret is left in it.
 * @throws UsageError `BAD_ADDRESS`
 */
export function describeAddress(text: string): string {
  const { transport, address } = find(text);
  return transport.describe(address);
}

function find(text: string): ResolvedAddress & { readonly transport: Transport } {
  const list: readonly Transport[] = transports;
  const resolved = resolveAddress(
    text,
    list.flatMap(({ schemes }) => schemes),
  );
  const transport = list.find(({ schemes }) => schemes.includes(resolved.scheme));
  if (transport === undefined) throw new Error(`no transport serves ${resolved.scheme}:`);
  return { ...resolved, transport };
}

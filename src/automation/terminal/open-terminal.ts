import { openTerminal as openTransport } from '../../transports/index.ts';
import type { Terminal, TerminalSize } from '../../transports/transport.ts';
import { withinConnectTime } from '../connect-time.ts';
import type { DialOptions } from '../dial-console.ts';

export interface TerminalOptions extends DialOptions {
  /** Default 80x24. */
  readonly size?: TerminalSize | undefined;
}

/**
 * Opens the text console at `address`: the shell of a container or node, a serial port (docs/consoles.md says where there are any).
 * @throws UsageError `BAD_ADDRESS` · ConnectionError · AuthenticationError · TimeoutError · the reason of an aborted `signal`
 */
export async function openTerminal(address: string, options: TerminalOptions = {}): Promise<Terminal> {
  return await withinConnectTime(address, options, {
    open: (openOptions) => openTransport(address, { ...openOptions, size: options.size }),
    close: (terminal) => terminal.close(),
  });
}

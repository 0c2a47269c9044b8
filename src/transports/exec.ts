import { badAddress } from './address.ts';
import { StreamPipe } from './stream-pipe.ts';
import type { Transport } from './transport.ts';

/** A command of the shell, whose stdin and stdout are the pipe: `exec:ssh hv nc -U /run/vm.sock`. */
export const exec: Transport = {
  schemes: ['exec'],
  example: 'exec:ssh host nc -U /run/vm.sock',

  describe(address) {
    return show(parse(address));
  },

  async open(address, { signal }) {
    const command = parse(address);
    const name = show(command);
    signal?.throwIfAborted();
    const { Command } = await import('./command.ts');
    const child = await Command.start(name, { program: command });
    const pipe = new StreamPipe({
      name,
      readable: child.stdout,
      writable: child.stdin,
      explain: (cause, received) => child.explain(cause, received),
      release: () => child.stop(),
    });
    if (signal?.aborted) {
      await pipe.close();
      throw signal.reason;
    }
    return { pipe };
  },
};

function parse(address: string): string {
  const command = address.slice('exec:'.length).trim();
  if (command === '' || command.includes('\0')) throw badAddress(address, 'wanted exec: and a command of the shell');
  return command;
}

/** The program's name alone: arguments, and assignments in front of it, may hold secrets. */
function show(command: string): string {
  const [program = '', ...rest] = command.split(/\s+/);
  return `exec:${/^[\w./+-]+$/.test(program) ? program : '…'}${rest.length > 0 ? ' …' : ''}`;
}

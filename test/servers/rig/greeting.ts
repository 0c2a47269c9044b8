import { createConnection } from 'node:net';

/** Connects and reads the 12 bytes that an RFB server says first. Undefined when nobody listens there yet. */
export function readGreeting(
  target: { readonly port: number } | { readonly path: string },
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = 'port' in target ? createConnection(target.port, '127.0.0.1') : createConnection(target.path);
    let received = '';
    const done = (greeting: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(greeting);
    };
    const timer = setTimeout(done, 2_000, undefined);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (received.length >= 12) done(received.slice(0, 12));
    });
    socket.on('error', () => done(undefined));
    socket.on('close', () => done(undefined));
  });
}

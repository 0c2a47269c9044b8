import type { Duplex } from 'node:stream';
import { type HostPort, showHostPort } from './address.ts';
import { dialTcp } from './dial.ts';
import { parseSshHop, type SshHop, showSshHop } from './ssh-hop.ts';
import { StreamPipe } from './stream-pipe.ts';
import type { OpenOptions } from './transport.ts';

/** A connection to host and port, from this machine or from the one that `via` names. */
export async function dialHost(
  target: HostPort,
  { via, signal }: Pick<OpenOptions, 'via' | 'signal'>,
): Promise<Duplex> {
  if (via === undefined) return await dialTcp(target, signal);
  const { dialOverSsh } = await import('./ssh.ts');
  return await dialOverSsh(parseSshHop(via), target, signal);
}

/**
 * A console that another machine dials, a host and port or a socket: it speaks first, so what has opened it is heard at once, or why
 * it is not to be had.
 * @throws ConnectionError `CONNECT_FAILED` · AuthenticationError: of ssh · the reason of an aborted `signal`
 */
export async function openVia(
  hop: SshHop,
  target: HostPort | { readonly path: string },
  { signal, onProgress }: OpenOptions,
): Promise<StreamPipe> {
  const { dialOverSsh } = await import('./ssh.ts');
  const where = 'path' in target ? `unix:${target.path}` : showHostPort(target);
  onProgress?.(`waiting for the first word of ${where} through ${showSshHop(hop)}`);
  const stream = await dialOverSsh(hop, target, signal);
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  await firstBytes(stream, signal);
  return new StreamPipe({
    name: `${where} through ${showSshHop(hop)}`,
    // Behind ssh, a socket is as private as here; a host may be one hop further.
    ...('path' in target ? { confidential: true } : { host: target.host }),
    readable: stream,
    writable: stream,
    release: () => closed,
  });
}

/** Resolves also when the stream has simply ended. */
async function firstBytes(stream: Duplex, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = () => stream.destroy(signal?.reason);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
    stream.once('readable', settle).once('end', settle).once('close', settle);
    if (stream.readableLength > 0) settle();

    function settle(): void {
      signal?.removeEventListener('abort', abort);
      stream.off('readable', settle).off('end', settle).off('close', settle);
      if (signal?.aborted) reject(signal.reason);
      else if (stream.errored) reject(stream.errored);
      else resolve();
    }
  });
}

import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { ConnectionError, RfbError } from '../rfb/errors.ts';
import { errorCode, errorText } from '../rfb/node-error.ts';
import { tlsAlert } from '../rfb/protocol/security/tls/tls-alert.ts';
import { Trust, uncheckedCertificate } from '../rfb/protocol/security/tls/trust.ts';
import { type HostPort, showHostPort } from './address.ts';
import { connectFailed } from './connect-error.ts';
import { established } from './dial.ts';
import { dialHost } from './dial-host.ts';
import type { OpenOptions } from './transport.ts';

/** A TLS connection to a server that has shown who it is: nothing has been sent over it before. */
export async function dialTls(
  target: HostPort,
  { tls = {}, via, signal, onWarning }: OpenOptions,
  protocols?: string[],
): Promise<TLSSocket> {
  const trust = new Trust(tls);
  const secureContext = trust.secureContext();
  const where = showHostPort(target);
  const tcp = await dialHost(target, { via, signal });
  const options: ConnectionOptions = {
    socket: tcp,
    host: target.host,
    servername: trust.serverName ?? (isIP(target.host) === 0 ? target.host : ''),
    secureContext,
    // Verified by `Trust`, where pins and remedies are known; Node's own verdict is in `authorizationError`.
    rejectUnauthorized: false,
  };
  if (protocols !== undefined) options.ALPNProtocols = protocols;
  const socket = connect(options);
  await established(socket, 'secureConnect', (error) => handshakeFailed(where, error), signal);
  try {
    if (!trust.verify(socket, socket.getPeerX509Certificate(), where)) onWarning?.(uncheckedCertificate(where));
  } catch (error) {
    socket.destroy();
    if (error instanceof RfbError) error.phase ??= 'connect';
    throw error;
  }
  return socket;
}

function handshakeFailed(where: string, error: unknown): Error {
  const code = errorCode(error);
  const alert = tlsAlert(where, error);
  if (alert !== undefined) return alert;
  const failed = (why: string) => new ConnectionError('CONNECT_FAILED', why, { cause: error, phase: 'connect' });
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return failed(
      `${where} does not speak TLS: what it sent is something else; plain VNC is vnc://, a plain websocket ws://`,
    );
  }
  if (code === 'ECONNRESET' || code === '') {
    return failed(
      `${where} closed the connection in the TLS handshake: does it speak TLS, or want a client certificate?`,
    );
  }
  if (!code.startsWith('ERR_SSL_')) return connectFailed(where, error);
  return failed(`TLS with ${where} failed: ${errorText(error)}`);
}

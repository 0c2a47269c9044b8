import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Identified } from './accounts.ts';
import type { Cluster } from './api.ts';
import { ApiFailure, badParameters, unauthorized } from './api-failure.ts';
import type { ConsolePort } from './console-ports.ts';
import { parseParameters } from './query.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The console that an upgrade request means; undefined when nobody waits there any more. @throws ApiFailure */
export function consoleBehind(
  cluster: Cluster,
  request: IncomingMessage,
  user: Identified,
  api: string,
): ConsolePort | undefined {
  const { url = '', headers } = request;
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const [, node = '', vmid] =
    /^\/nodes\/([^/]+)(?:\/(?:qemu|lxc)\/(\d+))?\/vncwebsocket$/.exec(path.replace(api, '')) ?? [];
  if (node === '') throw new ApiFailure(501, `Method 'GET ${path}' not implemented`);
  const { vncticket, port, ...others } = parseParameters(question < 0 ? '' : url.slice(question + 1));
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badParameters({ [unknown]: 'property is not defined in schema' });
  if (vncticket === undefined || vncticket.length > 512)
    throw badParameters({ vncticket: 'value may only be 512 characters long' });
  if (port === undefined || !/^59\d\d$/.test(port))
    throw badParameters({ port: 'value must have a minimum value of 5900' });
  if (cluster.version === 'pve6' && !/\b(binary|base64)\b/.test(String(headers['sec-websocket-protocol'] ?? ''))) {
    throw new ApiFailure(500, 'missing websocket-protocol header');
  }
  const owner = vmid === undefined ? `/nodes/${node}` : `/vms/${vmid}`;
  const plain = vncticket.replace(/^.{8}:(PVEVNC:.*)$/s, '$1');
  const bound = cluster.version === 'new' ? Number(port) : undefined;
  if (!cluster.accounts.consoleTicketFits(plain, user.id, owner, bound)) {
    throw unauthorized('permission denied - invalid PVEVNC ticket', true);
  }
  return cluster.ports.find(Number(port));
}

/** The sub-protocol is sent back as it came, whatever it is. */
export function acceptUpgrade({ headers }: IncomingMessage, socket: Socket): void {
  const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
  const protocol = headers['sec-websocket-protocol'];
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: upgrade'];
  lines.push(`Sec-WebSocket-Accept: ${accept}`);
  if (protocol !== undefined) lines.push(`Sec-WebSocket-Protocol: ${protocol}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
}

export function refuseUpgrade(socket: Socket, { status, message, errors, body }: ApiFailure): void {
  const text = body ? JSON.stringify({ message: `${message}\n`, errors, data: null }) : '';
  const head = [`HTTP/1.1 ${status} ${message}`, `Content-Length: ${Buffer.byteLength(text)}`, 'Connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}

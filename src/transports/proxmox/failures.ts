import { AuthenticationError, ConnectionError, type RfbError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import type { ApiAnswer } from '../http-api.ts';

/** What was tried, and where, for the message. */
export interface Attempt {
  /** The API: `pve.example:8006`. */
  readonly where: string;
  /** `logging in as root@pam`. */
  readonly doing: string;
}

/**
 * An answer that is none, by status and reason: Proxmox VE says in the status line what is wrong, and has few bodies.
 * 401 and 403 are the fault of a login, a token or their rights; all else is a connection that could not be made.
 */
export function failureOf(answer: Pick<ApiAnswer, 'status' | 'reason' | 'body'>, { where, doing }: Attempt): RfbError {
  const { status } = answer;
  const reason = printable(answer.reason) || 'without a reason';
  const said = `${where} answered ${status} ${reason}${detailsOf(answer.body)} while ${doing}`;
  const message = `${said}: ${remedyOf(status, reason)}`;
  if (status === 401 || status === 403) {
    return new AuthenticationError('AUTHENTICATION_FAILED', message, { reason, phase: 'connect' });
  }
  return new ConnectionError('CONNECT_FAILED', message, { phase: 'connect' });
}

function remedyOf(status: number, reason: string): string {
  if (status === 401) return unauthorized(reason);
  if (/not available with API token/.test(reason)) return 'it needs the login of a user, a token will not do';
  if (status === 403) return 'the user, or the token itself when its privileges are separate, lacks this right there';
  if (/does not exist/.test(reason))
    return 'there is no such machine on that node; rfbctl list says what there is where';
  if (/does not look like a valid user name/.test(reason)) return 'it needs the login of a user, a token will not do';
  if (/serial/.test(reason)) return 'it has no serial console: qm set VMID --serial0 socket, and a getty in the guest';
  if (/Timeout while waiting for port/.test(reason)) return 'the node is busy, try again';
  if (/unable to find free port/.test(reason)) return 'a node has a hundred ports for consoles, and all are taken';
  if (/without password is forbidden/.test(reason)) return 'update qemu-server on the node';
  if (status === 400) return 'this version of Proxmox VE wants something else';
  if (status === 501) return 'is this the API of Proxmox VE (port 8006), and of version 6 or later?';
  if (status === 595 || status === 599) return 'that node cannot be reached from this one: is it up?';
  if (status >= 300 && status < 400) return 'wanted an answer, not another address';
  return 'the task log of the node may say more';
}

function unauthorized(reason: string): string {
  if (/csrf/i.test(reason)) return 'the login is too old, or of another user';
  if (/PVEVNC ticket/.test(reason)) {
    return 'the console was opened by another user or node: is a load balancer in between, are the clocks of the nodes right?';
  }
  if (/No ticket/.test(reason))
    return 'neither login nor token has arrived: does a proxy in between drop cookies or headers?';
  if (/token/i.test(reason))
    return 'check the id (user@realm!name) and the secret of the token, and that it has not expired';
  return 'check user, realm (root@pam, ci@pve) and password';
}

/** What parameters are wrong, by the body's word. */
function detailsOf(body: string): string {
  try {
    const { errors } = JSON.parse(body) as { errors?: unknown };
    if (typeof errors !== 'object' || errors === null) return '';
    const list = Object.entries(errors).map(([name, text]) => `${name}: ${printable(String(text), 100)}`);
    return list.length === 0 ? '' : ` (${printable(list.join(', '))})`;
  } catch {
    return '';
  }
}

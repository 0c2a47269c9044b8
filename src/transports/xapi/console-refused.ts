import { AuthenticationError, ConnectionError, type RfbError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import type { TunnelRefusal } from '../http-tunnel.ts';

/** A host's answer to a request for a console, when it is not one. */
export class ConsoleRefused extends ConnectionError {
  readonly status: number;

  constructor(where: string, { status, reason, body }: TunnelRefusal) {
    const said = `${status}${reason && ` ${printable(reason)}`}`;
    super('CONNECT_FAILED', `${where} answered ${said} to the request for the console: ${remedy(status, body)}`, {
      phase: 'connect',
    });
    this.name = 'ConnectionError';
    this.status = status;
  }

  /** What the caller is told, when there is no other way. */
  get told(): RfbError {
    if (this.status !== 401 && this.status !== 403) return this;
    return new AuthenticationError('AUTHENTICATION_FAILED', this.message, { cause: this, phase: 'connect' });
  }
}

function remedy(status: number, body: string): string {
  if (status === 401) return 'the session is not accepted, though it was just made: is the host in another pool?';
  if (status === 403) return 'this user may not see consoles (a control domain’s needs the role pool-admin)';
  if (status === 404) return 'the VM has no console there';
  if (status === 408 || status === 431) return 'the request was too slow or too long for it';
  if (status === 500) {
    const more = additional(body);
    return more ?? 'the VM is not running on this host, or has no RFB console; was it moved or stopped just now?';
  }
  if (status === 501 || status === 405) return 'it does not know this way: what stands in between?';
  if (status === 503) return busy(body);
  return 'check the host that the API names for the console';
}

/** XAPI's own words about an exception, where it gives some. */
function additional(body: string): string | undefined {
  const [, text = ''] = /Additional information\s*<\/h1>(.*)/is.exec(body) ?? [];
  const plain = inOneLine(text);
  return plain === '' ? undefined : `it says: ${plain}`;
}

/** The pool allows one viewer a VM (limit_console_sessions), and names who has it. */
function busy(body: string): string {
  const [, text = ''] = /<p>(.*?)<\/p>/is.exec(body) ?? [];
  const plain = inOneLine(text);
  return plain === ''
    ? 'it allows no more consoles (limit_console_sessions of the pool?)'
    : `${plain.replace(/\.$/, '')}; disconnect that one first`;
}

function inOneLine(html: string): string {
  return printable(
    html
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ).slice(0, 300);
}

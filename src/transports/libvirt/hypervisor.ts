import { UsageError } from '../../rfb/errors.ts';
import { type SshHop, showSshHop } from '../ssh-hop.ts';

/** A libvirt URI, as far as it says where its machine is: `qemu+ssh://root@hv.example/system?keyfile=…`. */
export interface Hypervisor {
  /** For virsh. */
  readonly uri: string;
  /** Undefined: this machine. */
  readonly host: string | undefined;
  /** How its own addresses are reached: through the ssh that leads there. */
  readonly hop: SshHop | undefined;
}

/**
 * With `via` a URI without a host is that machine's own.
 * @throws UsageError `BAD_OPTION`: two ways at once
 */
export function hypervisorOf(uri: string, via: SshHop | undefined): Hypervisor {
  const [, driver = '', transport = '', user, bracketed, name, port, path = '', query = ''] =
    /^([^:+]*)(?:\+([^:]*))?:\/\/(?:([^/?@]*)@)?(?:\[([^\]]*)\]|([^/?:]*))(?::(\d+))?([^?]*)(?:\?(.*))?$/.exec(uri) ??
    [];
  const host = bracketed || name || undefined;
  if (host === undefined) {
    if (via === undefined) return { uri, host, hop: undefined };
    return { uri: quiet(overSsh(driver, via, path, query)), host: via.host, hop: via };
  }
  if (!/^(?:ssh|libssh2?)$/.test(transport)) return { uri, host, hop: via };
  if (via !== undefined) {
    const why = `the URI of libvirt leads through ssh to ${host} already: leave --via (${showSshHop(via)}) out`;
    throw new UsageError('BAD_OPTION', why);
  }
  const keyFile = new URLSearchParams(query.replaceAll('+', '%2B')).get('keyfile');
  const own: SshHop = {
    host,
    ...(port !== undefined && { port: Number(port) }),
    ...(user !== undefined && { username: user }),
    ...(keyFile !== null && { keyFile }),
  };
  return { uri: quiet(uri), host, hop: own };
}

function overSsh(driver: string, { host, port, username }: SshHop, path: string, query: string): string {
  const name = host.includes(':') ? `[${host}]` : host;
  const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
  return `${driver}+ssh://${user}${name}${port === undefined ? '' : `:${port}`}${path}${query && `?${query}`}`;
}

/** So that the ssh of libvirt asks for nothing. */
function quiet(uri: string): string {
  return /[?&]no_tty=/.test(uri) ? uri : `${uri}${uri.includes('?') ? '&' : '?'}no_tty=1`;
}

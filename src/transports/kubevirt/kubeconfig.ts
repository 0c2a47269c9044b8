import { accessSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import path from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { UsageError } from '../../rfb/errors.ts';
import { quoted } from '../address.ts';
import type { OpenOptions, TlsOptions } from '../transport.ts';

/** An API server, and who to be there. */
export interface Cluster {
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/**
 * The cluster and user of a context. The kept client does what kubectl would: certificates, tokens, files, plugins, logins.
 * @throws UsageError `BAD_CONFIG`, `BAD_OPTION`
 */
export async function clusterOf(context: string | undefined, options: OpenOptions): Promise<Cluster> {
  const config = await load(await client(), options.variables ?? {});
  if (context !== undefined) config.setCurrentContext(context);
  const name = context ?? config.getCurrentContext();
  const cluster = config.getCurrentCluster();
  if (!cluster?.server) {
    const contexts = config.getContexts().map((one) => one.name);
    const problem = name ? `no context ${quoted(name)}` : 'no current context';
    throw new UsageError(
      'BAD_CONFIG',
      `kubeconfig: ${problem}; there are ${contexts.join(', ') || 'none'} (?context=NAME)`,
    );
  }
  if (cluster.proxyUrl)
    throw new UsageError(
      'BAD_CONFIG',
      `kubeconfig: context ${quoted(name)} wants a proxy (proxy-url), which is not understood`,
    );
  const applied: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(applied);
  } catch (cause) {
    const why = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0];
    throw new UsageError('BAD_CONFIG', `kubeconfig: the login of context ${quoted(name)} failed: ${why}`, { cause });
  }
  return { server: cluster.server, headers: headersOf(applied, options.token), tls: tlsOf(applied, options) };
}

async function client(): Promise<typeof import('@kubernetes/client-node')> {
  try {
    return await import('@kubernetes/client-node');
  } catch (cause) {
    const message = 'kubevirt: needs a package that is not installed: npm install @kubernetes/client-node';
    throw new UsageError('BAD_OPTION', message, { cause });
  }
}

type Client = Awaited<ReturnType<typeof client>>;

async function load({ KubeConfig }: Client, variables: Readonly<Record<string, string>>): Promise<KubeConfig> {
  const config = new KubeConfig();
  const given = (variables.KUBECONFIG ?? '').split(path.delimiter).filter((file) => file !== '');
  const usual = path.join(variables.HOME ?? homedir(), '.kube', 'config');
  const files = given.length > 0 ? given : exists(usual) ? [usual] : [];
  const [first, ...others] = files;
  if (first === undefined) {
    if (variables.KUBERNETES_SERVICE_HOST === undefined || !exists(SERVICE_ACCOUNT)) {
      throw new UsageError('BAD_CONFIG', `there is no kubeconfig: wanted one in ${usual} or KUBECONFIG`);
    }
    config.loadFromCluster();
    return config;
  }
  read(config, first);
  for (const file of others) {
    const more = new KubeConfig();
    read(more, file);
    config.mergeConfig(more);
  }
  return config;
}

/** What the parser has to say of a fault may quote a token. */
function read(config: KubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === undefined ? 'is no kubeconfig' : `cannot be read (${code})`;
    throw new UsageError('BAD_CONFIG', `kubeconfig ${file} ${why}`, code === undefined ? {} : { cause });
  }
}

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

function headersOf(
  { headers = {}, auth }: RequestOptions,
  token: string | undefined,
): Readonly<Record<string, string>> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  const plain = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()] as const);
  const basic = typeof auth !== 'string' ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
  return { ...basic, ...Object.fromEntries(plain) };
}

/** What the caller says goes before the kubeconfig. */
function tlsOf(applied: RequestOptions, { tls = {}, token }: OpenOptions): TlsOptions {
  const text = (value: unknown) => (typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : undefined);
  // A token instead of whoever the kubeconfig has.
  const own = token === undefined ? applied : {};
  return {
    ...tls,
    ca: tls.ca ?? text(applied.ca),
    cert: tls.cert ?? text(own.cert),
    key: tls.key ?? (tls.cert === undefined ? text(own.key) : undefined),
    serverName: tls.serverName ?? applied.servername,
    insecure: tls.insecure || applied.rejectUnauthorized === false,
  };
}

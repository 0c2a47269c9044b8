import { AuthenticationError, ConnectionError, UsageError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';
import { apiAt } from '../api-url.ts';
import { jsonOf } from '../http-api.ts';
import { type JsonRecord, listOf, recordIn, recordOf, textIn } from '../json-record.ts';
import type { OpenOptions } from '../transport.ts';
import type { Cloud } from './cloud.ts';

/** A login to a cloud: the token for its services, and where Nova is. */
export interface Login {
  readonly token: string;
  readonly computeUrl: string;
}

/**
 * Keystone v3, by password, application credential or token.
 * @throws AuthenticationError · ConnectionError · UsageError
 */
export async function logIn(cloud: Cloud, options: OpenOptions): Promise<Login> {
  const { auth } = cloud;
  const root = cloud.authUrl.replace(/\/+$/, '').replace(/\/v3$/, '');
  const api = apiAt(root, options);
  if (api === undefined || /\/v2\.0$/.test(root)) {
    throw new UsageError(
      'BAD_OPTION',
      `auth_url is no address of Keystone: wanted https://…:5000/v3, version 2 is no more`,
    );
  }
  const identity = await identityOf(cloud, options);
  options.onProgress?.(`logging in at ${api.http.name}`);
  const answer = await api.http.request({
    method: 'POST',
    path: `${api.base}/v3/auth/tokens`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth: { identity, ...scopeOf(cloud, identity) } }),
  });
  const where = api.http.name;
  if (answer.status !== 201 && answer.status !== 200) throw refused(answer.status, answer.reason, answer.body, where);
  const token = answer.headers['x-subject-token'];
  if (typeof token !== 'string') {
    throw new ConnectionError('CONNECT_FAILED', `${where} gave no token: is it Keystone (auth_url)?`, {
      phase: 'connect',
    });
  }
  const body = recordIn(recordOf(jsonOf(answer, where), where), 'token');
  if (body.catalog === undefined) {
    const why = auth.project_name ?? auth.project_id ?? 'no project';
    throw new AuthenticationError(
      'AUTHENTICATION_FAILED',
      `${where}: the login has no catalogue of services (${why}): a project is needed, OS_PROJECT_NAME`,
      { phase: 'connect' },
    );
  }
  return { token, computeUrl: computeIn(listOf(body.catalog, where), cloud, where) };
}

type Identity = { readonly methods: readonly [string] } & Readonly<Record<string, unknown>>;

async function identityOf({ auth, authType = '' }: Cloud, options: OpenOptions): Promise<Identity> {
  const token = options.token ?? auth.token;
  if (token !== undefined && !/password|application/.test(authType))
    return { methods: ['token'], token: { id: token } };
  const user = { ...named(auth.user_id, auth.username, domainOf(auth, 'user')) };
  const id = auth.application_credential_id;
  if (id !== undefined || auth.application_credential_name !== undefined) {
    const secret = auth.application_credential_secret ?? (await ask(options));
    if (secret === undefined) throw required('the secret of the application credential is missing');
    const credential = id === undefined ? { name: auth.application_credential_name, user } : { id };
    return { methods: ['application_credential'], application_credential: { ...credential, secret } };
  }
  if (auth.username === undefined && auth.user_id === undefined) throw required('nobody said who to be');
  const password = auth.password ?? (await ask(options));
  if (password === undefined) throw required(`the password of ${auth.username ?? auth.user_id} is missing`);
  return { methods: ['password'], password: { user: { ...user, password } } };
}

async function ask({ credentials }: OpenOptions): Promise<string | undefined> {
  return (await credentials?.(['password']))?.password;
}

function required(why: string): AuthenticationError {
  const ways = 'OS_USERNAME and OS_PASSWORD, OS_APPLICATION_CREDENTIAL_ID and …_SECRET, OS_TOKEN, or a clouds.yaml';
  return new AuthenticationError('CREDENTIALS_REQUIRED', `OpenStack: ${why}; wanted ${ways}`, { phase: 'connect' });
}

/** An application credential has its project in itself. */
function scopeOf({ auth }: Cloud, { methods: [method] }: Identity): JsonRecord {
  if (method === 'application_credential') return {};
  if (auth.project_id === undefined && auth.project_name === undefined) {
    const domain =
      auth.domain_id === undefined ? auth.domain_name && { name: auth.domain_name } : { id: auth.domain_id };
    return domain ? { scope: { domain } } : {};
  }
  return { scope: { project: named(auth.project_id, auth.project_name, domainOf(auth, 'project')) } };
}

/** An id is enough; a name is one in a domain. */
function named(id: string | undefined, name: string | undefined, domain: JsonRecord): JsonRecord {
  if (id !== undefined) return { id };
  return name === undefined ? {} : { name, domain };
}

function domainOf(auth: Cloud['auth'], whose: 'user' | 'project'): JsonRecord {
  const id = auth[`${whose}_domain_id`] ?? auth.domain_id;
  const name = auth[`${whose}_domain_name`] ?? auth.domain_name;
  if (id === undefined && name !== undefined) return { name };
  return { id: id ?? auth.default_domain ?? 'default' };
}

function computeIn(catalog: readonly JsonRecord[], cloud: Cloud, where: string): string {
  const services = catalog.filter((service) => textIn(service, 'type') === 'compute');
  const endpoints = services.flatMap((service) => listOf(service.endpoints, where));
  const offered = endpoints.filter((endpoint) => textIn(endpoint, 'interface') === cloud.interface);
  const regions = [
    ...new Set(offered.map((endpoint) => textIn(endpoint, 'region_id') ?? textIn(endpoint, 'region') ?? '')),
  ];
  const [only] = regions;
  const region = cloud.region ?? only;
  if (cloud.region === undefined && regions.length > 1) {
    throw new UsageError(
      'BAD_OPTION',
      `${where} has Nova in several regions: OS_REGION_NAME says which, ${regions.join(', ')}`,
    );
  }
  const endpoint = offered.find((one) => [textIn(one, 'region_id'), textIn(one, 'region'), ''].includes(region));
  const url = endpoint && textIn(endpoint, 'url');
  if (url !== undefined) return url;
  const what = `no compute service at its ${cloud.interface} interface${cloud.region === undefined ? '' : ` in region ${cloud.region}`}`;
  throw new ConnectionError('CONNECT_FAILED', `${where} knows ${what}; there are ${regions.join(', ') || 'none'}`, {
    phase: 'connect',
  });
}

function refused(status: number, reason: string, body: string, where: string): AuthenticationError | ConnectionError {
  const message = printable(messageIn(body) || reason);
  const said = `${where} answered ${status} ${message || 'without a reason'} to the login`;
  if (status === 401 || status === 403) {
    const remedy = 'check user, password, project and their domains (OS_USER_DOMAIN_NAME, OS_PROJECT_DOMAIN_NAME)';
    return new AuthenticationError('AUTHENTICATION_FAILED', `${said}: ${remedy}`, {
      reason: message,
      phase: 'connect',
    });
  }
  const remedy = status === 400 ? 'a domain or a project is missing' : 'is this the address of Keystone (auth_url)?';
  return new ConnectionError('CONNECT_FAILED', `${said}: ${remedy}`, { phase: 'connect' });
}

/** `{"error": {"message": …}}`, as Keystone has it, and `{"KIND": {"message": …}}`, as Nova. */
export function messageIn(body: string): string {
  try {
    const [first] = Object.values(recordOf(JSON.parse(body), ''));
    return textIn(recordOf(first, ''), 'message') ?? '';
  } catch {
    return '';
  }
}

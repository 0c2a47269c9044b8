import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { UsageError } from '../../rfb/errors.ts';
import { quoted } from '../address.ts';
import type { OpenOptions, TlsOptions } from '../transport.ts';

/** A cloud, and who to be there: from the variables, or from clouds.yaml. */
export interface Cloud {
  /** Of Keystone, with or without its version. */
  readonly authUrl: string;
  /** By the names that clouds.yaml has in `auth`. */
  readonly auth: Readonly<Record<string, string>>;
  readonly authType: string | undefined;
  readonly region: string | undefined;
  /** `public`, `internal` or `admin`. */
  readonly interface: string;
  readonly tls: TlsOptions;
}

type Variables = Readonly<Record<string, string>>;

const AUTH_FIELDS = [
  ...['username', 'user_id', 'password', 'project_name', 'project_id', 'user_domain_name', 'user_domain_id'],
  ...['project_domain_name', 'project_domain_id', 'domain_name', 'domain_id', 'token'],
  ...['application_credential_id', 'application_credential_name', 'application_credential_secret'],
] as const;

/**
 * `name` (`?cloud=`) before `OS_CLOUD` before the other variables; with none of them the only cloud of clouds.yaml.
 * @throws UsageError `BAD_CONFIG`, `BAD_OPTION`
 */
export async function cloudOf(name: string | undefined, options: OpenOptions): Promise<Cloud> {
  const variables: Variables = options.variables ?? {};
  const wanted = name ?? variables.OS_CLOUD;
  const raw =
    wanted === undefined && variables.OS_AUTH_URL ? fromVariables(variables) : await fromFiles(wanted, variables);
  const { auth } = raw;
  const authUrl = auth.auth_url;
  if (authUrl === undefined)
    throw new UsageError('BAD_CONFIG', `${raw.where} has no auth_url: wanted the address of Keystone`);
  return {
    authUrl,
    auth,
    authType: raw.settings.auth_type,
    region: raw.settings.region_name,
    interface: (raw.settings.interface ?? raw.settings.endpoint_type ?? 'public').replace(/URL$/, ''),
    tls: await tlsOf(raw, options.tls),
  };
}

interface RawCloud {
  /** For messages. */
  readonly where: string;
  /** What paths are relative to. */
  readonly folder: string;
  readonly auth: Variables;
  readonly settings: Variables;
}

function fromVariables(variables: Variables): RawCloud {
  const auth: Record<string, string> = {};
  const take = (field: string, ...names: readonly string[]) => {
    const value = names.map((name) => variables[name]).find((found) => found !== undefined);
    if (value !== undefined) auth[field] = value;
  };
  take('auth_url', 'OS_AUTH_URL');
  for (const field of AUTH_FIELDS) take(field, `OS_${field.toUpperCase()}`);
  take('project_name', 'OS_PROJECT_NAME', 'OS_TENANT_NAME');
  take('project_id', 'OS_PROJECT_ID', 'OS_TENANT_ID');
  take('default_domain', 'OS_DEFAULT_DOMAIN');
  const settings = Object.fromEntries(
    ['auth_type', 'region_name', 'interface', 'endpoint_type', 'cacert', 'cert', 'key', 'insecure'].flatMap((field) => {
      const value = variables[`OS_${field.toUpperCase()}`];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return { where: 'OS_AUTH_URL', folder: '.', auth, settings };
}

/** The first clouds.yaml there is, and the secure.yaml beside it or in the other places. */
async function fromFiles(wanted: string | undefined, variables: Variables): Promise<RawCloud> {
  const places = searchPath(variables);
  const found = await firstOf(places.flatMap((place) => [place.clouds, ...(place.alternative ?? [])]));
  if (found === undefined) {
    const why =
      wanted === undefined ? 'there is neither OS_AUTH_URL nor OS_CLOUD' : `there is no cloud ${quoted(wanted)}`;
    const where = places.map(({ clouds }) => clouds).join(', ');
    throw new UsageError('BAD_CONFIG', `OpenStack: ${why}, and no clouds.yaml; looked for ${where}`);
  }
  const clouds = await cloudsIn(found);
  const names = Object.keys(clouds);
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (name === undefined || clouds[name] === undefined) {
    const problem = name === undefined ? 'which cloud is meant' : `no cloud called ${quoted(name)}`;
    throw new UsageError(
      'BAD_CONFIG',
      `${found.file}: ${problem}; there are ${names.join(', ') || 'none'} (OS_CLOUD, ?cloud=NAME)`,
    );
  }
  const secureFile = await firstOf(places.map(({ secure }) => secure));
  const secure = secureFile === undefined ? {} : ((await cloudsIn(secureFile))[name] ?? {});
  const where = `${found.file}: clouds.${name}`;
  const cloud = { ...clouds[name], ...secure };
  const profile = cloud.profile ?? cloud.cloud;
  const auth = texts({ password: variables.OS_PASSWORD, ...record(clouds[name]?.auth), ...record(secure.auth) });
  if (auth.auth_url === undefined && profile !== undefined) {
    throw new UsageError(
      'BAD_CONFIG',
      `${where} leaves auth_url to the profile ${quoted(String(profile))}: write it out`,
    );
  }
  return {
    where,
    folder: path.dirname(found.file),
    auth,
    settings: texts({ region_name: variables.OS_REGION_NAME, ...cloud }),
  };
}

interface Place {
  readonly clouds: string;
  readonly secure: string;
  readonly alternative?: readonly string[];
}

function searchPath({ OS_CLIENT_CONFIG_FILE: file, XDG_CONFIG_HOME: xdg, HOME: home }: Variables): readonly Place[] {
  const config = xdg !== undefined && path.isAbsolute(xdg) ? xdg : path.join(home ?? homedir(), '.config');
  const folders = ['.', path.join(config, 'openstack'), '/etc/openstack'];
  const places = folders.map((folder) => ({
    clouds: path.join(folder, 'clouds.yaml'),
    alternative: [path.join(folder, 'clouds.yml')],
    secure: path.join(folder, 'secure.yaml'),
  }));
  return file === undefined
    ? places
    : [{ clouds: file, secure: path.join(path.dirname(file), 'secure.yaml') }, ...places];
}

interface FoundFile {
  readonly file: string;
  readonly text: string;
}

async function firstOf(files: readonly string[]): Promise<FoundFile | undefined> {
  for (const file of files) {
    try {
      return { file, text: await readFile(file, 'utf8') };
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') continue;
      throw new UsageError('BAD_CONFIG', `${file}: cannot be read (${code})`, { cause });
    }
  }
  return undefined;
}

/** What YAML has to say of a fault may quote a password: only the line is told. */
async function cloudsIn({
  file,
  text,
}: FoundFile): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new UsageError(
      'BAD_CONFIG',
      `${file}: no valid YAML, the fault is found in line ${error.linePos?.[0].line ?? 1}`,
    );
  }
  const clouds = record(record(document.toJS()).clouds);
  return Object.fromEntries(Object.entries(clouds).map(([name, cloud]) => [name, record(cloud)]));
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function texts(fields: Readonly<Record<string, unknown>>): Variables {
  const plain = Object.entries(fields).filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value));
  return Object.fromEntries(plain.map(([name, value]) => [name, String(value)]));
}

/** What the caller says goes before the cloud's own. @throws UsageError `BAD_CONFIG` */
async function tlsOf({ folder, settings, where }: RawCloud, own: TlsOptions = {}): Promise<TlsOptions> {
  const { cacert, cert, key, verify, insecure } = settings;
  const read = async (file: string | undefined) => {
    if (file === undefined) return undefined;
    const place = path.resolve(folder, file.replace(/^~(?=\/)/, homedir()));
    return await readFile(place, 'utf8').catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError('BAD_CONFIG', `${where}: ${place} cannot be read (${cause.code})`, { cause });
    });
  };
  const unchecked = verify === 'false' || /^(?:1|true|yes)$/i.test(insecure ?? '');
  return {
    ...own,
    ca: own.ca ?? (await read(cacert)),
    cert: own.cert ?? (await read(cert)),
    key: own.key ?? (await read(key)),
    insecure: own.insecure || unchecked,
  };
}

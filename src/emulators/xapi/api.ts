import { setTimeout as sleep } from 'node:timers/promises';
import { ApiFailure } from './api-failure.ts';
import { type Console, type Pool, type PoolHost, reference, type Vm } from './pool.ts';

const COORDINATOR = 0;
const DEFAULT_REFUSAL_MS = 5000;

/** What a method without a result answers. */
const NOTHING = '';

/** A method of the API, called at one of the pool's hosts. @throws ApiFailure */
export async function callApi(pool: Pool, host: number, method: string, params: readonly unknown[]): Promise<unknown> {
  if (host !== COORDINATOR) throw new ApiFailure('HOST_IS_SLAVE', pool.hosts[COORDINATOR]?.address ?? '');
  if (method === 'session.login_with_password') return await logIn(pool, params);
  const [session = '', ...args] = params.map(String);
  const role = pool.sessions.get(session);
  if (role === undefined) throw new ApiFailure('SESSION_INVALID', session);
  if (method === 'session.logout') return pool.sessions.delete(session) && NOTHING;
  const [, switching] = /^Async\.(VM\..*)$/.exec(method) ?? [];
  if (switching !== undefined) {
    if (role !== 'pool-admin') throw new ApiFailure('RBAC_PERMISSION_DENIED', switching, 'no permission');
    return pool.switchVm(vmOf(pool, args[0]), switching).reference;
  }
  const call = METHODS[method];
  if (call === undefined) throw new ApiFailure('MESSAGE_METHOD_UNKNOWN', method);
  return call(pool, args[0] ?? '');
}

async function logIn(pool: Pool, [user, password]: readonly unknown[]): Promise<string> {
  try {
    return pool.logIn(String(user), String(password));
  } catch (error) {
    await sleep(pool.options.refusalMs ?? DEFAULT_REFUSAL_MS);
    throw error;
  }
}

const METHODS: Readonly<Record<string, (pool: Pool, argument: string) => unknown>> = {
  'VM.get_by_uuid': (pool, uuid) =>
    found(
      'VM',
      pool.vms.find((vm) => vm.uuid === uuid),
      uuid,
    ).reference,
  'VM.get_by_name_label': (pool, name) => pool.vms.filter((vm) => vm.name === name).map((vm) => vm.reference),
  'VM.get_record': (pool, vm) => vmRecord(pool, vmOf(pool, vm)),
  'VM.get_all_records': (pool) => Object.fromEntries(pool.vms.map((vm) => [vm.reference, vmRecord(pool, vm)])),
  'VM.get_consoles': (pool, vm) => vmOf(pool, vm).consoles.map((console) => console.reference),
  'VM.get_resident_on': (pool, vm) => hostRef(pool, vmOf(pool, vm)),
  'console.get_record': (pool, console) => consoleRecord(pool, consoleOf(pool, console)),
  'console.get_all_records': (pool) =>
    Object.fromEntries(pool.consoles.map((console) => [console.reference, consoleRecord(pool, console)])),
  'host.get_all_records': (pool) => Object.fromEntries(pool.hosts.map((host) => [host.reference, hostRecord(host)])),
  'host.get_address': (pool, host) => hostOf(pool, host).address,
  'host.get_server_certificate': (pool, host) => hostOf(pool, host).certificate,
  'task.get_record'(pool, task) {
    const { uuid, status, error } = handle('task', pool.tasks.get(task), task);
    return { uuid, status, error_info: error, result: '', progress: status === 'pending' ? 0.5 : 1 };
  },
  'task.destroy': (pool, task) => pool.tasks.delete(task) && NOTHING,
};

function vmRecord(pool: Pool, vm: Vm) {
  return {
    uuid: vm.uuid,
    name_label: vm.name,
    name_description: '',
    power_state: vm.state,
    is_a_template: vm.kind === 'template',
    is_a_snapshot: vm.kind === 'snapshot',
    is_control_domain: vm.kind === 'control-domain',
    resident_on: vm.state === 'Halted' ? NULL_REFERENCE : hostRef(pool, vm),
    consoles: vm.consoles.map((console) => console.reference),
    allowed_operations: [],
  };
}

function consoleRecord(pool: Pool, console: Console) {
  const { uuid, protocol, vm } = console;
  return { uuid, protocol, VM: vm.reference, location: locationOf(pool, console), other_config: {}, port: -1 };
}

function locationOf(pool: Pool, { uuid, reference: ref, vm }: Console): string {
  const { address = '', port = 0 } = pool.hosts[vm.toldHost ?? vm.host] ?? {};
  if (pool.location === 'hostless') return `https:///console?uuid=${uuid}`;
  return `https://${address}:${port}/console?${pool.location === 'uuid' ? `uuid=${uuid}` : `ref=${ref}`}`;
}

const NULL_REFERENCE = 'OpaqueRef:NULL';

function hostRecord({ uuid, name, address }: PoolHost) {
  return { uuid, name_label: name, hostname: name, address, enabled: true };
}

function hostRef(pool: Pool, { host, toldHost }: Vm): string {
  return pool.hosts[toldHost ?? host]?.reference ?? reference();
}

function vmOf(pool: Pool, ref: string | undefined): Vm {
  return handle(
    'VM',
    pool.vms.find((vm) => vm.reference === ref),
    ref,
  );
}

function consoleOf(pool: Pool, ref: string): Console {
  return handle(
    'console',
    pool.consoles.find((console) => console.reference === ref),
    ref,
  );
}

function hostOf(pool: Pool, ref: string): PoolHost {
  return handle(
    'host',
    pool.hosts.find((host) => host.reference === ref),
    ref,
  );
}

function handle<T>(type: string, value: T | undefined, ref = ''): T {
  if (value === undefined) throw new ApiFailure('HANDLE_INVALID', type, ref);
  return value;
}

function found<T>(type: string, value: T | undefined, uuid: string): T {
  if (value === undefined) throw new ApiFailure('UUID_INVALID', type, uuid);
  return value;
}

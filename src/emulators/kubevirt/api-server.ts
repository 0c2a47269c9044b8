import type { IncomingHttpHeaders } from 'node:http';
import type { HttpCall, HttpReply } from '../http-server.ts';
import { type Cluster, type EmulatedVm, type Instance, StatusError, type User } from './cluster.ts';

const GROUP = 'subresources.kubevirt.io';

export function answer(cluster: Cluster, call: HttpCall): HttpReply {
  try {
    userOf(cluster, call.headers, undefined);
    return route(cluster, call);
  } catch (error) {
    if (error instanceof StatusError) return error.reply;
    throw error;
  }
}

/** By bearer token, in the header or, as for browsers, among the sub-protocols; or by client certificate. */
export function userOf(
  cluster: Cluster,
  headers: IncomingHttpHeaders,
  certificate: string | undefined,
  subprotocols: readonly string[] = [],
): User {
  const prefix = 'base64url.bearer.authorization.k8s.io.';
  const offered = subprotocols.find((name) => name.startsWith(prefix))?.slice(prefix.length);
  const [, bearer] = /^Bearer (\S+)$/.exec(headers.authorization ?? '') ?? [];
  const token = bearer ?? (offered === undefined ? undefined : Buffer.from(offered, 'base64url').toString());
  const user = cluster.options.users.find((one) => {
    return token === undefined ? certificate !== undefined && one.certificate === certificate : one.token === token;
  });
  if (user === undefined) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  return user;
}

export interface VncTarget {
  readonly namespace: string;
  readonly name: string;
}

export function vncTarget({ pathname }: URL): VncTarget | undefined {
  const form = /^\/apis\/subresources\.kubevirt\.io\/v1\/namespaces\/([^/]+)\/virtualmachineinstances\/([^/]+)\/vnc$/;
  const [, namespace, name] = form.exec(pathname) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

/** The instance whose console may be opened. @throws StatusError */
export function openable(cluster: Cluster, user: User, { namespace, name }: VncTarget, preserve: boolean): Instance {
  const what = `virtualmachineinstances.${GROUP} "${name}"`;
  if (user.consoles === false) {
    const right = `cannot get resource "virtualmachineinstances/vnc" in API group "${GROUP}" in the namespace "${namespace}"`;
    throw new StatusError(403, 'Forbidden', `${what} is forbidden: User "${user.name}" ${right}`);
  }
  const failure = cluster.failures.shift();
  if (failure) throw failure;
  const vm = cluster.find(namespace, name);
  const instance = vm && cluster.instances.get(vm);
  if (instance === undefined) {
    throw new StatusError(404, 'NotFound', `virtualmachineinstance.kubevirt.io "${name}" not found`);
  }
  if (instance.phase !== 'Running')
    throw new StatusError(
      400,
      'BadRequest',
      `Unable to connect to VirtualMachineInstance because phase is ${instance.phase} instead of Running`,
    );
  if (instance.vm.graphics === false) throw new StatusError(400, 'BadRequest', 'No graphics devices are present.');
  if (preserve && (instance.viewer !== undefined || instance.opening)) {
    // virt-handler says 503, and virt-api makes this of it.
    const cause = 'dialing virt-handler: websocket: bad handshake: Active VNC connection. Request denied.';
    throw new StatusError(500, 'InternalError', `Internal error occurred: ${cause}`);
  }
  return instance;
}

function route(cluster: Cluster, { method, url, body }: HttpCall): HttpReply {
  const parts = url.pathname.split('/').slice(2);
  const [group, version] = parts;
  const namespaced = parts[2] === 'namespaces';
  const [kind = '', name, command, ...more] = parts.slice(namespaced ? 4 : 2);
  const namespace = namespaced ? parts[3] : undefined;
  if (version !== 'v1' || more.length > 0 || !/^virtualmachine(?:instance)?s$/.test(kind)) throw notFound();
  if (group === 'kubevirt.io' && method === 'GET' && command === undefined) {
    return name === undefined ? list(cluster, kind, namespace) : get(cluster, kind, namespace, name);
  }
  if (group !== GROUP || method !== 'PUT' || namespace === undefined || name === undefined) throw notFound();
  const vm = cluster.find(namespace, name);
  if (vm === undefined) throw new StatusError(404, 'NotFound', `virtualmachine.kubevirt.io "${name}" not found`);
  cluster.lastBody = body;
  act(cluster, vm, `${kind}/${command}`);
  return { status: 202 };
}

function act(cluster: Cluster, vm: EmulatedVm, command: string): void {
  const failure = cluster.failures.shift();
  if (failure) throw failure;
  const runs = cluster.instances.get(vm)?.phase === 'Running';
  const conflict = (why: string) =>
    new StatusError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on virtualmachine.kubevirt.io "${vm.name}": ${why}`,
    );
  if (command === 'virtualmachines/start') {
    if (runs) throw conflict('VM is already running');
    cluster.start(vm);
  } else if (command === 'virtualmachines/stop') {
    if (!runs) throw conflict('VM is not running');
    cluster.stop(vm);
  } else if (command === 'virtualmachines/restart') {
    if (!runs) throw conflict('VM is not running: Manual start required');
    cluster.stop(vm);
    cluster.start(vm);
  } else if (command !== 'virtualmachineinstances/softreboot') throw notFound();
  else if (!runs) throw conflict('VMI is not running');
}

function list(cluster: Cluster, kind: string, namespace: string | undefined): HttpReply {
  const wanted = cluster.options.machines.filter((vm) => namespace === undefined || vm.namespace === namespace);
  const shown =
    kind === 'virtualmachines'
      ? wanted.filter(({ managed }) => managed !== false)
      : wanted.filter((vm) => cluster.look(vm));
  return { status: 200, body: { kind: 'List', items: shown.map((vm) => described(cluster, kind, vm)) } };
}

function get(cluster: Cluster, kind: string, namespace = '', name: string): HttpReply {
  const vm = cluster.find(namespace, name);
  if (vm === undefined || (kind === 'virtualmachineinstances' && cluster.look(vm) === undefined)) {
    throw new StatusError(404, 'NotFound', `${kind}.kubevirt.io "${name}" not found`);
  }
  return { status: 200, body: described(cluster, kind, vm) };
}

function described(cluster: Cluster, kind: string, vm: EmulatedVm) {
  const { namespace, name, graphics } = vm;
  const instance = cluster.instances.get(vm);
  const devices = graphics === undefined ? {} : { autoattachGraphicsDevice: graphics };
  const spec = { domain: { devices } };
  if (kind === 'virtualmachines') {
    const printableStatus = { Scheduling: 'Starting', Running: 'Running', Succeeded: 'Stopping', none: 'Stopped' }[
      instance?.phase ?? 'none'
    ];
    return { metadata: { namespace, name, uid: name }, spec: { template: { spec } }, status: { printableStatus } };
  }
  return {
    metadata: { namespace, name, uid: instance?.uid },
    spec,
    status: { phase: instance?.phase, nodeName: 'node-1' },
  };
}

const notFound = () => new StatusError(404, 'NotFound', 'the server could not find the requested resource');

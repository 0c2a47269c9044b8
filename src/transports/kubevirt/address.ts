import { UsageError } from '../../rfb/errors.ts';
import { badAddress, decode } from '../address.ts';

export interface KubeVirtAddress {
  /** Undefined where all are meant. */
  readonly namespace: string | undefined;
  /** Of the VirtualMachine and its instance: they have one name. */
  readonly machine: string | undefined;
  /** Of the kubeconfig; default its current one. */
  readonly context: string | undefined;
  /** Whether somebody who looks at the console already may stay. */
  readonly preserveSession: boolean;
}

const FORMS = 'wanted kubevirt://NAMESPACE/NAME, and ?context=NAME or ?preserveSession=false';

/** What Kubernetes has for a name: DNS labels. */
const NAME = /^[a-z\d](?:[a-z\d.-]{0,251}[a-z\d])?$/;

/** @throws UsageError `BAD_ADDRESS` */
export function parseKubeVirt(address: string): KubeVirtAddress {
  const [, path = '', query = '', rest] = /^kubevirt:(?:\/\/([^?#]*))?(?:\?([^#]*))?(.*)$/s.exec(address) ?? [];
  const [namespace = '', machine = '', ...more] = path.replace(/\/$/, '').split('/');
  const names = [namespace, machine].filter((name) => name !== '');
  if (rest !== '' || more.length > 0 || (namespace === '' && machine !== '')) throw badAddress(address, FORMS);
  if (!names.every((name) => NAME.test(name))) throw badAddress(address, `Kubernetes has no such name; ${FORMS}`);
  const parameters = new Map<string, string>();
  for (const part of query.split('&').filter((text) => text !== '')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    parameters.set(name, decode(value, address));
  }
  const context = take(parameters, 'context');
  const preserve = take(parameters, 'preserveSession') ?? 'true';
  if (parameters.size > 0 || context === '' || !/^(?:true|false)$/.test(preserve)) throw badAddress(address, FORMS);
  return {
    namespace: namespace || undefined,
    machine: machine || undefined,
    context,
    preserveSession: preserve === 'true',
  };
}

function take(parameters: Map<string, string>, name: string): string | undefined {
  const value = parameters.get(name);
  parameters.delete(name);
  return value;
}

export function showKubeVirt({ namespace, machine, context }: KubeVirtAddress): string {
  const path = [namespace, machine].filter((name) => name !== undefined).join('/');
  const place = path === '' ? 'kubevirt:' : `kubevirt://${path}`;
  return context === undefined ? place : `${place}?context=${encodeURIComponent(context)}`;
}

/** @throws UsageError `BAD_ADDRESS` */
export function machineIn(address: KubeVirtAddress): { readonly namespace: string; readonly machine: string } {
  const { namespace, machine } = address;
  if (namespace !== undefined && machine !== undefined) return { namespace, machine };
  throw new UsageError(
    'BAD_ADDRESS',
    `${showKubeVirt(address)} names no machine; ${FORMS}, rfbctl list says which there are`,
  );
}

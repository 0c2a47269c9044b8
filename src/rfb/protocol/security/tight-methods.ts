import type { Choice } from './choose.ts';
import type { SecurityMethod } from './security-type.ts';

/** An authentication of Tight's list, rfbproto "Tight Security Type". */
export interface TightMethod extends Choice {
  /** How the list has it, beside its number: vendor and signature. */
  readonly signature: string;
  readonly inside: 'vnc' | 'none' | 'plain';
  readonly methods: readonly [SecurityMethod];
}

/** Most preferred first. */
export const tightMethods = [
  tightMethod(2, 'tight-vncauth', 'STDVVNCAUTH_', 'vnc', ['password']),
  tightMethod(1, 'tight-none', 'STDVNOAUTH__', 'none', []),
  tightMethod(129, 'tight-unix', 'TGHTULGNAUTH', 'plain', ['username', 'password']),
] as const;

export type TightName = (typeof tightMethods)[number]['name'];

export function tightName(code: number): string {
  return tightMethods.find(({ type }) => type === code)?.name ?? OTHERS[code] ?? 'unknown';
}

const OTHERS: Readonly<Record<number, string>> = { 19: 'tight-vencrypt', 20: 'tight-sasl', 130: 'tight-external' };

function tightMethod<const Name extends string>(
  type: number,
  name: Name,
  signature: string,
  inside: TightMethod['inside'],
  asks: SecurityMethod['asks'],
) {
  const method: SecurityMethod<Name> = {
    ...{ name, encrypts: false, identity: 'none', asks },
    ...(inside === 'plain' && { exposesPassword: true }),
  };
  return { type, name, signature, inside, methods: [method] as const };
}

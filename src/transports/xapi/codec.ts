import { ConnectionError } from '../../rfb/errors.ts';
import type { ApiAnswer } from '../http-api.ts';
import { XapiFailure } from './failure.ts';

export type XapiParameter = string | boolean;

/** How a call is written and its answer read. */
export interface Codec {
  readonly path: string;
  readonly contentType: string;
  encode(method: string, params: readonly XapiParameter[]): string;
  /** @throws XapiFailure · ConnectionError `CONNECT_FAILED`: the answer is none */
  decode(answer: ApiAnswer, where: string): Promise<unknown>;
}

/** A struct with `Status`, and a `Value` or an `ErrorDescription`; a value by itself is one. */
export function unwrap(result: unknown, where: string): unknown {
  if (typeof result !== 'object' || result === null || !('Status' in result)) return result;
  if (result.Status === 'Success' && 'Value' in result) return result.Value;
  if ('ErrorDescription' in result && Array.isArray(result.ErrorDescription)) {
    throw new XapiFailure(result.ErrorDescription.map(String));
  }
  throw new ConnectionError('CONNECT_FAILED', `${where} answered with neither a value nor an error: is this XAPI?`, {
    phase: 'connect',
  });
}

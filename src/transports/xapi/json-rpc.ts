import { type ApiAnswer, jsonOf } from '../http-api.ts';
import { type Codec, unwrap } from './codec.ts';
import { XapiFailure } from './failure.ts';

/** JSON-RPC 2.0. A host that answers in 1.0 has XML-RPC's struct as its result. */
export const jsonRpc: Codec = {
  path: '/jsonrpc',
  contentType: 'application/json',

  encode(method, params) {
    return JSON.stringify({ jsonrpc: '2.0', id: 0, method, params });
  },

  async decode(answer, where) {
    const { result, error } = object(jsonOf(answer, where));
    if (error === undefined || error === null) return unwrap(result, where);
    const { message, data } = object(error);
    throw new XapiFailure([String(message), ...(Array.isArray(data) ? data.map(String) : [])]);
  },
};

/** Whether the host knows the way at all: old ones answer a page, or in XML. */
export function isJson({ headers }: ApiAnswer): boolean {
  return /^application\/json\b/i.test(headers['content-type'] ?? '');
}

function object(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

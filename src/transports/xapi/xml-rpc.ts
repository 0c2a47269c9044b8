import type { Element } from '@xmldom/xmldom';
import { ConnectionError } from '../../rfb/errors.ts';
import { parseXml } from '../parse-xml.ts';
import { type Codec, unwrap, type XapiParameter } from './codec.ts';

/** XML-RPC, which every host understands. Its integers come as strings. */
export const xmlRpc: Codec = {
  path: '/RPC2',
  contentType: 'text/xml',

  encode(method, params) {
    const values = params.map((param) => `<param><value>${scalar(param)}</value></param>`).join('');
    return `<?xml version="1.0"?><methodCall><methodName>${method}</methodName><params>${values}</params></methodCall>`;
  },

  async decode({ body }, where) {
    const { documentElement } = await parseXml(body, where);
    const param = documentElement && child(documentElement, 'params');
    const value = param && child(param, 'param', 'value');
    if (documentElement?.nodeName === 'methodResponse' && value) return unwrap(read(value), where);
    throw new ConnectionError('CONNECT_FAILED', `${where} answered with no XML-RPC result: is this XAPI?`, {
      phase: 'connect',
    });
  },
};

function scalar(param: XapiParameter): string {
  if (typeof param === 'boolean') return `<boolean>${param ? 1 : 0}</boolean>`;
  const escaped = param.replace(/[<>&\r]/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<string>${escaped}</string>`;
}

/** A `<value>`: what has no type is a string. */
function read(value: Element): unknown {
  const [typed] = elements(value);
  if (typed === undefined) return value.textContent ?? '';
  switch (typed.nodeName) {
    case 'array':
      return elements(child(typed, 'data') ?? typed).map(read);
    case 'struct':
      return Object.fromEntries(elements(typed).map(member));
    case 'boolean':
      return typed.textContent?.trim() === '1';
    case 'nil':
      return null;
    default:
      return typed.textContent ?? '';
  }
}

function member(element: Element): [string, unknown] {
  const value = child(element, 'value');
  return [child(element, 'name')?.textContent ?? '', value && read(value)];
}

function child(parent: Element, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>(
    (element, name) => element && elements(element).find(({ nodeName }) => nodeName === name),
    parent,
  );
}

function elements(parent: Element): Element[] {
  return [...parent.childNodes].filter((node): node is Element => node.nodeType === node.ELEMENT_NODE);
}

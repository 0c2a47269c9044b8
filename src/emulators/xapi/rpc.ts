import { DOMParser, type Element } from '@xmldom/xmldom';
import type { ApiFailure } from './api-failure.ts';

export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** How a call comes and its answer goes. */
export interface Rpc {
  readonly contentType: string;
  parse(body: string): Call;
  answer(value: unknown): string;
  refuse(failure: ApiFailure): string;
}

export const jsonRpc: Rpc = {
  contentType: 'application/json',

  parse(body) {
    const { method, params } = JSON.parse(body);
    return { method: String(method), params: Array.isArray(params) ? params : [] };
  },

  answer: (result) => JSON.stringify({ jsonrpc: '2.0', result, id: 0 }),

  refuse: ({ description: [message, ...data] }) =>
    JSON.stringify({ jsonrpc: '2.0', error: { code: 1, message, data }, id: 0 }),
};

export const xmlRpc: Rpc = {
  contentType: 'text/xml',

  parse(body) {
    const document = new DOMParser().parseFromString(body, 'text/xml');
    const [name] = document.getElementsByTagName('methodName');
    const values = [...document.getElementsByTagName('param')].map((param) => param.getElementsByTagName('value')[0]);
    return { method: name?.textContent ?? '', params: values.map((value) => (value ? read(value) : '')) };
  },

  answer: (value) => response({ Status: 'Success', Value: value }),

  refuse: ({ description }) => response({ Status: 'Failure', ErrorDescription: description }),
};

function read(value: Element): unknown {
  const [typed] = [...value.childNodes].filter((node) => node.nodeType === node.ELEMENT_NODE);
  return typed?.nodeName === 'boolean' ? typed.textContent === '1' : value.textContent;
}

function response(struct: object): string {
  return `<?xml version="1.0"?>\n<methodResponse><params><param>${write(struct)}</param></params></methodResponse>`;
}

/** Strings have no type, and numbers are strings. */
function write(value: unknown): string {
  if (typeof value === 'boolean') return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (Array.isArray(value)) return `<value><array><data>${value.map(write).join('')}</data></array></value>`;
  if (typeof value !== 'object' || value === null) return `<value>${escaped(String(value))}</value>`;
  const members = Object.entries(value).map(
    ([name, member]) => `<member><name>${escaped(name)}</name>${write(member)}</member>`,
  );
  return `<value><struct>${members.join('\n')}</struct></value>`;
}

function escaped(text: string): string {
  return text.replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

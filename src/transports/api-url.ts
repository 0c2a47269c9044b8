import { HttpApi } from './http-api.ts';
import type { OpenOptions } from './transport.ts';

/** An API that is known by its URL: where to send requests, and what their paths begin with. */
export interface ApiUrl {
  readonly http: HttpApi;
  /** Without a slash at its end. */
  readonly base: string;
  readonly secure: boolean;
  /** Host and port as they stand in a URL. */
  readonly authority: string;
}

/** Undefined for what is no address of an API: one with a query, a login, or of another scheme. */
export function apiAt(text: string, options: OpenOptions): ApiUrl | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return undefined;
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    http: new HttpApi({ host, port, secure }, options),
    base: url.pathname.replace(/\/+$/, ''),
    secure,
    authority: url.host,
  };
}

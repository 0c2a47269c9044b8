import { anonymousTls } from './anonymous-tls.ts';
import { none } from './none.ts';
import { sasl } from './sasl.ts';
import type { ServerSecurityType } from './server-security-type.ts';
import { vencrypt } from './vencrypt.ts';
import { vncAuthentication } from './vnc-authentication.ts';

/** Every security type that the server can demand. */
export const serverSecurityTypes: readonly ServerSecurityType[] = [
  none,
  vncAuthentication,
  vencrypt,
  anonymousTls,
  sasl,
];

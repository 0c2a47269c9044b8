import { anonymousTls } from './anonymous-tls.ts';
import { appleDh } from './apple-dh.ts';
import { appleRsa } from './apple-rsa.ts';
import { msLogon2 } from './ms-logon-2.ts';
import { none } from './none.ts';
import { ra2 } from './ra2.ts';
import { ra2With256 } from './ra2-256.ts';
import { ra2ne } from './ra2ne.ts';
import { ra2neWith256 } from './ra2ne-256.ts';
import { sasl } from './sasl.ts';
import type { ServerSecurityType } from './server-security-type.ts';
import { tight } from './tight.ts';
import { vencrypt } from './vencrypt.ts';
import { vncAuthentication } from './vnc-authentication.ts';
import { xvp } from './xvp.ts';

/** Every security type that the server can demand. */
export const serverSecurityTypes: readonly ServerSecurityType[] = [
  none,
  vncAuthentication,
  vencrypt,
  anonymousTls,
  sasl,
  ra2,
  ra2ne,
  ra2With256,
  ra2neWith256,
  tight,
  appleDh,
  appleRsa,
  msLogon2,
  xvp,
];

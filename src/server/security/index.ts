import { none } from './none.ts';
import type { ServerSecurityType } from './server-security-type.ts';
import { vncAuthentication } from './vnc-authentication.ts';

/** Every security type that the server can demand. */
export const serverSecurityTypes: readonly ServerSecurityType[] = [none, vncAuthentication];

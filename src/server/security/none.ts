import type { ServerSecurityType } from './server-security-type.ts';

/** None, RFC 6143 §7.2.1. */
export const none: ServerSecurityType = {
  type: 1,
  name: 'none',
  authenticate: async (connection) => ({ connection }),
};

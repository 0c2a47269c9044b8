import type { SecurityType } from './security-type.ts';

/** None, RFC 6143 §7.2.1. */
export const none: SecurityType = {
  type: 1,
  name: 'none',
  encrypts: false,
  authenticate: async (connection) => connection,
};

import { defineServerSecurityType } from './server-security-type.ts';

/** None, RFC 6143 §7.2.1. */
export const none = defineServerSecurityType({
  type: 1,
  name: 'none',
  authenticate: async (connection) => ({ connection, unasked: true }),
});

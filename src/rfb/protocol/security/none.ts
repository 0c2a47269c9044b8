import { defineSecurityType } from './security-type.ts';

/** None, RFC 6143 §7.2.1. */
export const none = defineSecurityType({
  type: 1,
  name: 'none',
  encrypts: false,
  identity: 'none',
  asks: [],
  authenticate: async (connection) => ({ connection, unasked: true }),
});

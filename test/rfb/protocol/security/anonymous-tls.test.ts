import { expect, test } from 'vitest';
import { secured } from '../../../support/secured.ts';

test('VNC authentication or nothing, inside TLS', async () => {
  for (const password of ['geheim', undefined]) {
    const server = { security: ['tls'], password };
    const { session, error, warnings } = await secured({ server, client: { credentials: { password } } });
    expect(error).toBeUndefined();
    expect(session?.established.securityType).toEqual({ type: 18, name: 'tls', encrypts: true, verified: false });
    expect(warnings).toEqual([expect.stringContaining('is anonymous')]);
  }
});

test('a wrong password', async () => {
  const { error } = await secured({
    server: { security: ['tls'], password: 'geheim' },
    client: { credentials: { password: 'falsch' } },
  });
  expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', phase: 'security' });
});

test('before 3.8 there is no result where nothing was asked', async () => {
  for (const version of ['3.3', '3.7'] as const) {
    expect((await secured({ server: { version, security: ['tls'] } })).error).toBeUndefined();
    const server = { version, security: ['tls'], password: 'geheim' };
    expect((await secured({ server, client: { credentials: { password: 'geheim' } } })).error).toBeUndefined();
  }
});

test('a CA rules it out', async () => {
  const { error } = await secured({ server: { security: ['tls'] }, client: { tls: { pin: '0'.repeat(64) } } });
  expect(error).toMatchObject({ code: 'NO_COMMON_SECURITY_TYPE' });
});

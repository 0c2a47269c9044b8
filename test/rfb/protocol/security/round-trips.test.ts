import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServerKey } from '../../../../src/rfb/protocol/security/server-key.ts';
import { choiceOf, secured } from '../../../support/secured.ts';

const rsaKey = readFileSync(path.join(import.meta.dirname, '../../../../fixtures/tls/rsa-key.pem'), 'utf8');
const login = { username: 'me', password: 'geheim', target: 'vm' };

/** Type, name, whether it encrypts the session, whether it asks for a name. */
const types: readonly (readonly [number, string, boolean, boolean])[] = [
  [5, 'ra2', true, true],
  [6, 'ra2ne', false, true],
  [129, 'ra2-256', true, true],
  [130, 'ra2ne-256', false, true],
  [16, 'tight-vncauth', false, false],
  [16, 'tight-unix', false, true],
  [16, 'tight-none', false, false],
  [30, 'apple-dh', false, true],
  [33, 'apple-rsa', false, true],
  [113, 'mslogon2', false, true],
  [22, 'xvp', false, true],
];

describe.each(types)('%i, %s, between our client and our server', (type, name, encrypts, named) => {
  const server = { username: 'me', password: 'geheim', rsaKey, security: [name] };
  const client = { credentials: login, allowPlaintextPassword: true };

  test('the right credentials', async () => {
    const { session, error, serverErrors } = await secured({ server, client });
    expect(error).toBeUndefined();
    expect(serverErrors).toEqual([]);
    expect(session?.established.securityType).toMatchObject({ type, name, encrypts, verified: false });
  });

  test.skipIf(name === 'tight-none')('wrong ones, and ones that are missing', async () => {
    const password = await secured({ server, client: { ...client, credentials: { ...login, password: 'falsch' } } });
    expect(password.error).toMatchObject({ code: 'AUTHENTICATION_FAILED', phase: 'security' });
    const none = await secured({ server, client: { ...client, credentials: {} } });
    expect(none.error).toMatchObject({ code: 'CREDENTIALS_REQUIRED' });
    if (!named) return;
    const username = await secured({ server, client: { ...client, credentials: { ...login, username: 'you' } } });
    expect(username.error).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });

  test.skipIf(name === 'tight-none')('credentials that do not fit are not cut', async () => {
    const long = { ...login, username: 'u'.repeat(2000), password: 'geheim' };
    const { error } = await secured({ server, client: { ...client, credentials: long } });
    if (named)
      expect(error).toMatchObject({ code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('2000 bytes') });
    else expect(error).toBeUndefined();
  });
});

test.each(['tight-unix', 'mslogon2'])('%s shows the password: only where that is allowed', async (name) => {
  const server = { ...login, security: [name] };
  const { error } = await secured({ server, client: { credentials: login } });
  expect(error).toMatchObject({
    code: 'NO_COMMON_SECURITY_TYPE',
    message: expect.stringContaining('--allow-plaintext-password'),
  });
  expect(
    (await secured({ server, client: { credentials: login }, pipe: { confidential: true } })).error,
  ).toBeUndefined();
});

describe.each(['ra2', 'ra2ne-256', 'apple-rsa'])('the server’s key of %s', (name) => {
  const server = { ...login, rsaKey, security: [name] };

  test('is told, and makes the server a known one', async () => {
    const keys: ServerKey[] = [];
    const checkServerKey = (key: ServerKey) => keys.push(key) > 0;
    const { session, warnings } = await secured({ server, client: { credentials: login, checkServerKey } });
    expect(keys).toMatchObject([{ server: 'localhost:5901', algorithm: 'rsa', bits: 2048 }]);
    expect(keys[0]?.fingerprint).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(session?.established.securityType.verified).toBe(true);
    expect(warnings).toEqual([]);
  });

  test('is refused before anything is asked', async () => {
    const asked: unknown[] = [];
    const checkServerKey = () => {
      throw new RangeError('not this one');
    };
    const credentials = (wanted: unknown) => {
      asked.push(wanted);
      return login;
    };
    const { error } = await secured({ server, client: { credentials, checkServerKey } });
    expect(error).toMatchObject({ message: 'not this one' });
    expect(asked).toEqual([]);
  });

  test('is warned of where nobody checks it', async () => {
    const { warnings } = await secured({ server, client: { credentials: login } });
    expect(warnings).toEqual([expect.stringMatching(/key of localhost:5901 is not checked.*sha256:/)]);
  });
});

test('the order: what encrypts, then what hides the password, then what does not', async () => {
  const security = ['ra2', 'ra2ne', 'ra2-256', 'apple-rsa', 'apple-dh', 'vncauth', 'xvp', 'none', 'tight', 'mslogon2'];
  const order: (string | undefined)[] = [];
  for (let left = security; left.length > 0; ) {
    const server = { ...login, rsaKey, security: left };
    const { log, error } = await secured({ server, client: { credentials: login, allowPlaintextPassword: true } });
    expect(error).toBeUndefined();
    const chosen = choiceOf(log);
    order.push(chosen);
    left = left.filter((name) => name !== chosen && !(chosen ?? '').startsWith(`${name}-v`));
  }
  expect(order).toEqual([
    ...['ra2-256', 'ra2', 'ra2ne', 'apple-rsa', 'apple-dh', 'vncauth', 'xvp', 'none', 'tight-vncauth', 'mslogon2'],
  ]);
});

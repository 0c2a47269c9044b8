import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { vencryptSubtypes } from '../../../../src/rfb/protocol/security/vencrypt-subtypes.ts';
import { Session, type SessionOptions } from '../../../../src/rfb/session/session.ts';
import { otherCertificate } from '../../../support/pipe-servers.ts';
import { type Script, scriptedPipe } from '../../../support/scripted-server.ts';
import { ca, certificate, choiceOf, secured } from '../../../support/secured.ts';

const login = { username: 'me', password: 'geheim' };
const names = vencryptSubtypes.map(({ name }) => name);

describe.each(names)('%s, between our client and our server', (name) => {
  const server = { ...login, certificate, security: [name] };
  const trusted = { tls: { ca }, allowPlaintextPassword: true, security: [name] };

  test('the right credentials', async () => {
    const { session, error, serverErrors } = await secured({ server, client: { credentials: login, ...trusted } });
    expect(error).toBeUndefined();
    expect(session?.established.securityType).toMatchObject({
      ...{ type: 19, name, encrypts: name !== 'vencrypt-plain', verified: name.includes('x509') },
    });
    expect(serverErrors).toEqual([]);
  });

  test.skipIf(name.endsWith('none'))('a wrong password', async () => {
    const credentials = { username: 'me', password: 'falsch' };
    const { error } = await secured({ server, client: { credentials, ...trusted } });
    expect(error).toMatchObject({ name: 'AuthenticationError', code: 'AUTHENTICATION_FAILED', phase: 'security' });
    expect(String(error)).not.toContain('falsch');
  });

  test.skipIf(!/plain|sasl/.test(name))('a user name that is wrong or was not given', async () => {
    const wrong = await secured({ server, client: { credentials: { ...login, username: 'you' }, ...trusted } });
    expect(wrong.error).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    const none = await secured({ server, client: { credentials: { password: 'geheim' }, ...trusted } });
    expect(none.error).toMatchObject({
      code: 'CREDENTIALS_REQUIRED',
      message: expect.stringMatching(/wants a user name and a password .*and a user name was not given/),
    });
  });
});

describe('certificates', () => {
  const server = { password: 'geheim', certificate, security: ['vencrypt-x509-vnc'] };
  const pin = new X509Certificate(certificate.cert).fingerprint256;
  const credentials = { password: 'geheim' };

  test('of a signer that is not known: with the fingerprint, and nothing asked before', async () => {
    const asked: unknown[] = [];
    const ask = (wanted: readonly unknown[]) => {
      asked.push(...wanted);
      return credentials;
    };
    const { error } = await secured({ server, client: { credentials: ask } });
    const digits = pin.replaceAll(':', '').toLowerCase();
    expect(error).toMatchObject({ code: 'TLS_UNTRUSTED', phase: 'security', message: expect.stringContaining(digits) });
    expect(asked).toEqual([]);
  });

  test('pinned, wrongly pinned, not checked', async () => {
    expect(
      (await secured({ server, client: { credentials, tls: { pin } } })).session?.established.securityType.verified,
    ).toBe(true);
    const wrong = await secured({ server, client: { credentials, tls: { pin: '0'.repeat(64) } } });
    expect(wrong.error).toMatchObject({
      code: 'TLS_UNTRUSTED',
      message: expect.stringContaining('not the pinned one'),
    });
    const insecure = await secured({ server, client: { credentials, tls: { insecure: true } } });
    expect(insecure.session?.established.securityType.verified).toBe(false);
    expect(insecure.warnings).toEqual([expect.stringContaining('is not checked')]);
  });

  test('for another host', async () => {
    const other = { ...server, certificate: { cert: otherCertificate.cert, key: otherCertificate.key } };
    const { error } = await secured({ server: other, client: { credentials, tls: { ca: otherCertificate.ca } } });
    expect(error).toMatchObject({
      code: 'TLS_UNTRUSTED',
      message: expect.stringContaining('it is for DNS:other.example'),
    });
  });

  test('where the address has no host, the signer decides', async () => {
    const pipe = { host: undefined };
    const trusted = await secured({ server, pipe, client: { credentials, tls: { ca } } });
    expect(trusted.session?.established.securityType.verified).toBe(true);
    const unknown = await secured({ server, pipe, client: { credentials } });
    expect(unknown.error).toMatchObject({ code: 'TLS_UNTRUSTED' });
  });

  test('a CA or a pin rules out what has no certificate, unless it is asked for by name', async () => {
    const anonymous = { password: 'geheim', security: ['vencrypt-tls-vnc', 'vncauth'] };
    const { error } = await secured({ server: anonymous, client: { credentials, tls: { ca } } });
    expect(error).toMatchObject({ code: 'NO_COMMON_SECURITY_TYPE' });
    expect(String(error)).toMatch(/vencrypt-tls-vnc is refused: a certificate is to be checked.*--security/);
    const named = await secured({
      server: anonymous,
      client: { credentials, tls: { ca }, security: ['vencrypt-tls-vnc'] },
    });
    expect(named.session?.established.securityType).toMatchObject({ name: 'vencrypt-tls-vnc', verified: false });
  });
});

describe('what is chosen', () => {
  const all = { ...login, certificate, security: names };
  const client: SessionOptions = { tls: { ca } };

  test('a certificate before anonymous TLS; a name only where one is known', async () => {
    const choose = async (security: readonly string[], options: SessionOptions) => {
      const { log, error } = await secured({ server: { ...all, security }, client: { ...client, ...options } });
      expect(error).toBeUndefined();
      return choiceOf(log);
    };
    expect(await choose(names, { credentials: login })).toBe('vencrypt-x509-sasl');
    expect(await choose(names, { credentials: { password: 'geheim' } })).toBe('vencrypt-x509-vnc');
    expect(await choose(names, { credentials: login, security: ['vencrypt-tls-plain', 'vencrypt'] })).toBe(
      'vencrypt-tls-plain',
    );
    expect(await choose(['vncauth', 'vencrypt-tls-vnc'], { credentials: login, tls: {} })).toBe('vencrypt-tls-vnc');
    expect(await choose(['none', 'vencrypt-x509-none'], {})).toBe('vencrypt-x509-none');
  });

  test('anonymous TLS is warned of, once', async () => {
    const { warnings } = await secured({ server: { security: ['vencrypt-tls-none'] } });
    expect(warnings).toEqual([expect.stringMatching(/localhost:5901 is anonymous.*nothing proves/)]);
  });

  test('a password that everybody could read is not sent unless that is allowed; and what it costs is said', async () => {
    const server = { ...login, security: ['vencrypt-plain'] };
    const refused = await secured({ server, client: { credentials: login } });
    expect(refused.error).toMatchObject({ code: 'NO_COMMON_SECURITY_TYPE' });
    expect(String(refused.error)).toMatch(
      /vencrypt-plain is refused: everybody .* read the password; --allow-plaintext-password/,
    );
    expect(refused.log).toContainEqual(expect.objectContaining({ type: 'securityRefused', name: 'vencrypt-plain' }));
    const asked = await secured({ server, client: { credentials: login, security: ['vencrypt-plain'] } });
    expect(asked.error).toMatchObject({ code: 'NO_COMMON_SECURITY_TYPE' });
    expect(
      (await secured({ server, client: { credentials: login, allowPlaintextPassword: true } })).error,
    ).toBeUndefined();
    expect(
      (await secured({ server, client: { credentials: login }, pipe: { confidential: true } })).error,
    ).toBeUndefined();
  });

  test('where nothing below it will do, what the server has beside it is named', async () => {
    const server = { ...login, security: ['vencrypt-plain', 'vncauth'] };
    const { error } = await secured({
      server,
      client: { credentials: login, security: ['vencrypt-tls-vnc', 'vncauth'] },
    });
    expect(String(error)).toMatch(
      /offers vencrypt-plain \(256\); wanted vencrypt-tls-vnc \(258\).*--security vncauth would be tried instead/,
    );
  });
});

const CLIENT: SessionOptions = { credentials: login, tls: { ca } };

async function against(script: Script, options = CLIENT): Promise<unknown> {
  const { pipe, done } = scriptedPipe(async (peer) => {
    await peer.sendText('RFB 003.008\n');
    await peer.expectText('RFB 003.008\n');
    await peer.send([1, 19]);
    await peer.expect(1);
    await script(peer);
  });
  const opened = Session.open(pipe, { ...options, handshakeTimeoutMs: 5000 });
  const error = await opened.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  await done.catch(() => {});
  return error;
}

describe('bad servers', () => {
  test.each<[string, readonly number[], string, RegExp]>([
    ['version 0.1', [0, 1], 'UNSUPPORTED_VERSION', /VeNCrypt 0\.1, 0\.2 is wanted/],
    ['version 0.0', [0, 0], 'UNSUPPORTED_VERSION', /VeNCrypt 0\.0/],
    ['0.2 is refused', [0, 2, 255], 'UNSUPPORTED_VERSION', /refused 0\.2 \(status 255\)/],
    ['no sub-types', [0, 2, 0, 0], 'BAD_LENGTH', /no sub-types/],
    ['nothing known', [0, 2, 0, 1, 0, 0, 1, 10], 'NO_COMMON_SECURITY_TYPE', /vencrypt-tls-ident \(266\)/],
    [
      'the sub-type is refused',
      [0, 2, 0, 1, 0, 0, 1, 5, 0],
      'NO_COMMON_SECURITY_TYPE',
      /refused vencrypt-x509-vnc with status 0/,
    ],
    ['a cut list', [0, 2, 0, 255, 0, 0], 'CONNECTION_LOST', /2 of the 1020 bytes/],
  ])('%s', async (_name, bytes, code, message) => {
    const error = await against(async (peer) => {
      await peer.send(bytes);
      // Ours chooses 0.2; whoever hangs up before is not heard to the end.
      await (code === 'CONNECTION_LOST' ? peer.expect(2) : peer.stall());
    });
    expect(error).toMatchObject({ code, phase: 'security', message: expect.stringMatching(message) });
  });

  test('something else than TLS', async () => {
    const error = await against(async (peer) => {
      await peer.send([0, 2, 0, 1, 0, 0, 1, 5, 1]);
      await peer.sendText('HTTP/1.1 400 Bad Request\r\n\r\n');
      await peer.stall();
    });
    expect(error).toMatchObject({ code: 'CONNECTION_LOST', message: expect.stringMatching(/in the TLS handshake/) });
  });

  test('the end in the middle of TLS, and silence', async () => {
    const start = [0, 2, 0, 1, 0, 0, 1, 5, 1];
    expect(await against((peer) => peer.send(start))).toMatchObject({ code: 'CONNECTION_LOST' });
    const silent = async (peer: Parameters<Script>[0]) => {
      await peer.send(start);
      await peer.stall();
    };
    const { pipe } = scriptedPipe(async (peer) => {
      await peer.sendText('RFB 003.008\n');
      await peer.expect(12);
      await peer.send([1, 19]);
      await peer.expect(1);
      await silent(peer);
    });
    await expect(Session.open(pipe, { ...CLIENT, handshakeTimeoutMs: 200 })).rejects.toMatchObject({
      code: 'TIMED_OUT',
    });
  });
});

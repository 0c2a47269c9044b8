import { X509Certificate } from 'node:crypto';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectOptions, connect, type RfbError } from '../../src/index.ts';
import { createScene, serve } from '../../src/testing.ts';
import {
  describeWith,
  gvnccapture,
  qemu,
  saslUsers,
  startCli,
  vncviewer,
  websockify,
  x11vnc,
  xtigervnc,
  xtightvnc,
} from './rig/index.ts';

const TLS = join(import.meta.dirname, '../../fixtures/tls');
const LOGIN = { username: 'me', password: 'geheim' };
const read = (name: string) => readFile(join(TLS, name), 'utf8');

let directory = '';
let ca = '';
/** x11vnc takes no other than RSA certificates. */
let rsa = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rfb-security-'));
  [ca, rsa] = await Promise.all([read('ca.pem'), read('rsa.pem')]);
  await writeFile(join(directory, 'rsa-both.pem'), (await read('rsa-key.pem')) + rsa, { mode: 0o600 });
  // For OpenSSL servers, whom Debian forbids to speak without certificates.
  await writeFile(
    join(directory, 'openssl.cnf'),
    'openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nCipherString = ALL:@SECLEVEL=0\n',
  );
  // The names by which QEMU looks for them.
  for (const [from, to] of [
    ['ca', 'ca-cert'],
    ['server', 'server-cert'],
    ['server-key', 'server-key'],
  ]) {
    await copyFile(join(TLS, `${from}.pem`), join(directory, `${to}.pem`));
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

interface Seen {
  readonly name: string;
  readonly verified: boolean;
  readonly warnings: readonly string[];
}

/** Connects, sees the screen, and says how it went there. */
async function visit(address: string, options: ConnectOptions = {}): Promise<Seen> {
  const warnings: string[] = [];
  await using viewer = await connect(address, {
    credentials: LOGIN,
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  await viewer.capture();
  const { name, verified } = viewer.session.established.securityType;
  return { name, verified, warnings };
}

/** x11vnc takes the rig's look at its port for a viewer, and may drop the next one while it is busy with that. */
async function visitX11vnc(address: string, options?: ConnectOptions): Promise<Seen> {
  for (let left = 10; ; left--) {
    try {
      return await visit(address, options);
    } catch (error) {
      const { code, phase } = error as RfbError;
      if (left === 0 || code !== 'CONNECTION_LOST' || phase !== 'greeting') throw error;
      await sleep(300);
    }
  }
}

const anonymous = [expect.stringContaining('is anonymous')];

describeWith(['xtigervnc', 'pam'], 'Xtigervnc', () => {
  const start = (securityTypes: string) =>
    xtigervnc({
      ...{ password: LOGIN.password, securityTypes },
      args: [
        ...['-X509Cert', join(TLS, 'server.pem'), '-X509Key', join(TLS, 'server-key.pem')],
        ...['-PlainUsers', '*', '-pam_service', 'rfbctl-test'],
      ],
    });

  test.each([
    ['TLSNone', 'vencrypt-tls-none'],
    ['TLSVnc', 'vencrypt-tls-vnc'],
    ['TLSPlain', 'vencrypt-tls-plain'],
    ['X509None', 'vencrypt-x509-none'],
    ['X509Vnc', 'vencrypt-x509-vnc'],
    ['X509Plain', 'vencrypt-x509-plain'],
    ['Plain', 'vencrypt-plain'],
  ])('%s: right and wrong credentials', async (theirs, name) => {
    await using server = await start(theirs);
    const certified = name.includes('x509');
    const options: ConnectOptions = { ...(certified && { tls: { ca } }), allowPlaintextPassword: true };
    const warnings = name.includes('tls') ? anonymous : [];
    expect(await visit(server.address, options)).toEqual({ name, verified: certified, warnings });
    if (name.endsWith('none')) return;
    const wrong = visit(server.address, { ...options, credentials: { ...LOGIN, password: 'falsch' } });
    await expect(wrong).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', phase: 'security' });
    if (!name.endsWith('plain')) return;
    const other = visit(server.address, { ...options, credentials: { ...LOGIN, username: 'root' } });
    await expect(other).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    const nameless = visit(server.address, { ...options, credentials: { password: LOGIN.password } });
    await expect(nameless).rejects.toMatchObject({ code: 'CREDENTIALS_REQUIRED' });
  });

  test('certificates: unknown, pinned, wrongly pinned, not checked; and what is left without one', async () => {
    await using server = await start('X509Vnc,TLSVnc,VncAuth');
    const pin = new X509Certificate(await read('server.pem')).fingerprint256;
    await expect(visit(server.address)).rejects.toMatchObject({ code: 'TLS_UNTRUSTED', phase: 'security' });
    expect(await visit(server.address, { tls: { pin } })).toMatchObject({ name: 'vencrypt-x509-vnc', verified: true });
    const wrong = visit(server.address, { tls: { pin: '0'.repeat(64) } });
    await expect(wrong).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
    expect(await visit(server.address, { tls: { insecure: true } })).toEqual({
      ...{ name: 'vencrypt-x509-vnc', verified: false },
      warnings: [expect.stringContaining('is not checked')],
    });
    expect(await visit(server.address, { security: ['vencrypt-tls-vnc'] })).toMatchObject({ name: 'vencrypt-tls-vnc' });
    expect(await visit(server.address, { security: ['vncauth'] })).toMatchObject({ name: 'vncauth', warnings: [] });
  });

  test('a readable password is not sent: the message says what would allow it, -v what was agreed', async () => {
    await using server = await start('Plain');
    const args = ['key', server.address, 'shift', '--username', 'me'];
    const refused = await startCli(args, { password: LOGIN.password }).result;
    expect(refused.exitCode).toBe(20);
    expect(refused.stderr).toMatch(/vencrypt-plain is refused.*--allow-plaintext-password/);
    const told = await startCli([...args, '--allow-plaintext-password', '-v'], { password: LOGIN.password }).result;
    expect(told.exitCode).toBe(0);
    expect(told.stderr).toMatch(/vencrypt offers vencrypt-plain\n.*security type chosen: vencrypt-plain/);
    expect(told.stderr).not.toContain(LOGIN.password);
  });
});

describeWith(['xtigervnc', 'websockify'], 'TLS inside RFB, over other transports', () => {
  test('a websocket, and a command', async () => {
    const certificate = ['-X509Cert', join(TLS, 'server.pem'), '-X509Key', join(TLS, 'server-key.pem')];
    await using server = await xtigervnc({ securityTypes: 'X509None', args: certificate });
    await using bridge = await websockify(server);
    const trusted = { name: 'vencrypt-x509-none', verified: true };
    expect(await visit(bridge.address, { tls: { ca } })).toMatchObject(trusted);
    const bridging = join(import.meta.dirname, '../support/exec-bridge.mjs');
    const command = `exec:"${process.execPath}" "${bridging}" ${server.port}`;
    expect(await visit(command, { tls: { ca } })).toMatchObject(trusted);
    await expect(visit(command)).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
  });
});

describeWith(['qemu', 'sasl'], 'QEMU', () => {
  const x509 = () => ['-object', `tls-creds-x509,id=tls,dir=${directory},endpoint=server,verify-peer=no`];
  const anon = () => ['-object', 'tls-creds-anon,id=tls,endpoint=server'];
  const guest = 'none';

  test('x509 and anonymous, with a password and without', async () => {
    for (const [args, password, name] of [
      [x509(), undefined, 'vencrypt-x509-none'],
      [x509(), LOGIN.password, 'vencrypt-x509-vnc'],
      [anon(), undefined, 'vencrypt-tls-none'],
      [anon(), LOGIN.password, 'vencrypt-tls-vnc'],
    ] as const) {
      await using server = await qemu({ guest, args, vnc: ['tls-creds=tls'], ...(password && { password }) });
      const certified = name.includes('x509');
      const options: ConnectOptions = certified ? { tls: { ca } } : {};
      const warnings = certified ? [] : anonymous;
      expect(await visit(server.address, options)).toEqual({ name, verified: certified, warnings });
      if (certified) await expect(visit(server.address)).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
      if (password === undefined) continue;
      const wrong = visit(server.address, { ...options, credentials: { password: 'falsch' } });
      await expect(wrong).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    }
  });

  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'])('SASL %s inside X509: right and wrong', async (mechanism) => {
    const env = await saslUsers(directory, { [LOGIN.username]: LOGIN.password }, [mechanism]);
    await using server = await qemu({ guest, args: x509(), vnc: ['tls-creds=tls', 'sasl=on'], env });
    const tls = { ca };
    expect(await visit(server.address, { tls })).toEqual({ name: 'vencrypt-x509-sasl', verified: true, warnings: [] });
    // Its number says TLSSASL: a certificate is checked all the same.
    await expect(visit(server.address)).rejects.toMatchObject({ code: 'TLS_UNTRUSTED' });
    for (const wrong of [{ password: 'falsch' }, { username: 'you' }]) {
      const attempt = visit(server.address, { tls, credentials: { ...LOGIN, ...wrong } });
      await expect(attempt).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED', phase: 'security' });
    }
  });
});

describeWith(['x11vnc'], 'x11vnc', () => {
  const start = (mode: readonly string[], password?: string) =>
    x11vnc({
      args: ['-ssl', join(directory, 'rsa-both.pem'), ...mode],
      env: { OPENSSL_CONF: join(directory, 'openssl.cnf') },
      ...(password && { password }),
    });

  test.each([
    [['-vencrypt', 'force'], 'vencrypt-x509-vnc'],
    [['-anontls', 'force'], 'tls'],
  ])('%s', async (mode, name) => {
    await using server = await start(mode, LOGIN.password);
    const certified = name.includes('x509');
    const options: ConnectOptions = certified ? { tls: { ca: rsa } } : {};
    expect(await visitX11vnc(server.address, options)).toMatchObject({ name, verified: certified });
    const wrong = visitX11vnc(server.address, { ...options, credentials: { password: 'falsch' } });
    // Its helper process, which does the TLS, may hang up before it has passed the refusal on.
    const told = expect.stringMatching(/^(AUTHENTICATION_FAILED|CONNECTION_LOST)$/);
    await expect(wrong).rejects.toMatchObject({ code: told, phase: 'security' });
  });

  test('anonymous TLS with nothing inside', async () => {
    await using server = await start(['-anontls', 'force']);
    expect(await visitX11vnc(server.address)).toEqual({ name: 'tls', verified: false, warnings: anonymous });
  });
});

describeWith(['xtightvnc'], 'Xtightvnc', () => {
  test('Tight, with VNC authentication and with nothing', async () => {
    for (const password of [LOGIN.password, undefined]) {
      await using server = await xtightvnc(password === undefined ? {} : { password });
      const name = password === undefined ? 'tight-none' : 'tight-vncauth';
      expect(await visit(server.address, { security: ['tight'] })).toEqual({ name, verified: false, warnings: [] });
      if (password === undefined) continue;
      const wrong = visit(server.address, { security: ['tight'], credentials: { password: 'falsch' } });
      await expect(wrong).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    }
  });
});

/** Our server, and what it has to say of its viewers. */
async function demanding(security: string) {
  const let_in: string[] = [];
  const errors: unknown[] = [];
  const certificate = { cert: await read('server.pem'), key: await read('server-key.pem') };
  const server = await serve({
    ...{ ...LOGIN, certificate, security: [security], scene: createScene('login') },
    onViewer: (what, { security }) => what === 'came' && let_in.push(security),
    onError: (error) => errors.push(error),
  });
  return { server, let_in, errors, [Symbol.asyncDispose]: () => server.close() };
}

describeWith(['vncviewer'], 'TigerVNC’s viewer on our server', () => {
  const types = 'X509Plain,TLSPlain,Plain,X509Vnc,TLSVnc,X509None,TLSNone,VncAuth,None';
  const args = ['-SecurityTypes', types, '-X509CA', join(TLS, 'ca.pem')];

  test.each([
    ...['vencrypt-x509-plain', 'vencrypt-x509-vnc', 'vencrypt-x509-none'],
    ...['vencrypt-tls-plain', 'vencrypt-tls-vnc', 'vencrypt-tls-none', 'vencrypt-plain', 'vncauth'],
  ])('%s', async (security) => {
    await using ours = await demanding(security);
    const credentials = security.endsWith('plain') ? LOGIN : { password: LOGIN.password };
    await using viewer = await vncviewer({ port: ours.server.port, ...credentials, args });
    await viewer.process.until('being let in', () => (ours.let_in.length > 0 ? true : undefined));
    expect(ours).toMatchObject({ let_in: [security], errors: [] });
  });

  test('a wrong password', async () => {
    await using ours = await demanding('vencrypt-tls-vnc');
    await using viewer = await vncviewer({ port: ours.server.port, password: 'falsch', args });
    await viewer.process.until('being refused', () => (ours.errors.length > 0 ? true : undefined));
    expect(ours).toMatchObject({ let_in: [], errors: [{ code: 'AUTHENTICATION_FAILED' }] });
  });
});

describeWith(['gvnccapture'], 'gtk-vnc on our server', () => {
  test.each([
    ['vencrypt-tls-none', 'vencrypt-tls-none'],
    ['vencrypt-tls-vnc', 'vencrypt-tls-vnc'],
    ['vencrypt-tls-plain', 'vencrypt-tls-plain'],
    // Its number for TLSSASL is X509SASL’s.
    ['vencrypt-x509-sasl', 'vencrypt-x509-sasl'],
    ['tls', 'tls'],
    ['apple-dh', 'apple-dh'],
    ['vncauth', 'vncauth'],
  ])('%s', async (security, method) => {
    await using ours = await demanding(security);
    const { exitCode, output } = await gvnccapture({ port: ours.server.port, ...LOGIN });
    expect({ exitCode, ...ours }, output).toMatchObject({ exitCode: 0, let_in: [method] });
  });
});

import { afterEach, describe, expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import type { OpenOptions, TlsOptions } from '../../src/transports/transport.ts';
import { startAuto, startEve, VM } from '../support/eve-gateway.ts';
import { clientCertificate, otherCertificate, testCertificate, testPin } from '../support/pipe-servers.ts';
import { frame, headers, OPCODE, type RawWebSocketServer, rawWebSocketServer } from '../support/raw-websocket.ts';

const { ca } = testCertificate;
const asEve = { ca, pin: testPin, cert: clientCertificate.cert, key: clientCertificate.key };
const TOKEN = 'v1.c0ffee.s3cret.5a17';

const servers: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of servers.splice(0).reverse()) await server.close();
});
function owned<S extends { close(): Promise<void> }>(server: S): S {
  servers.push(server);
  return server;
}

const console = async () => owned(await rawWebSocketServer({ after: frame(OPCODE.binary, 'RFB 003.008\n') }));

async function chain(
  tls: TlsOptions = asEve,
  tokens = [TOKEN],
): Promise<{ vm: RawWebSocketServer; eve: string; auto: string }> {
  const vm = await console();
  const auto = owned(await startAuto(vm.url)).authority;
  const eve = owned(await startEve({ auto, tls, tokens }));
  return { vm, auto, eve: `wss://${eve.authority}/virtual_machines/${VM}/console` };
}

async function greeting(address: string, options: OpenOptions): Promise<string> {
  const { pipe } = await openAddress(address, { tls: { ca }, ...options });
  try {
    for await (const chunk of pipe.incoming) return Buffer.from(chunk).toString();
    return '';
  } finally {
    await pipe.close();
  }
}

describe('Eve, Auto, a console', () => {
  test.each(['?token={token}', ''])(
    '%s: a token for the first, a certificate for the second, nothing of both for the console',
    async (query) => {
      const { vm, eve } = await chain();
      expect(await greeting(eve + query, { token: TOKEN, headers: { Cookie: 'session=s3cret' } })).toBe(
        'RFB 003.008\n',
      );
      const lines = vm.requests[0] ?? [];
      expect(lines[0]).toBe('GET / HTTP/1.1');
      for (const name of ['Authorization', 'Cookie', 'Origin']) expect(headers(lines, name)).toEqual([]);
      expect(lines.join('\n')).not.toContain('s3cret');
    },
  );

  test('a token opens one console; an unknown one none; both are told without being repeated', async () => {
    const { vm, eve } = await chain(asEve, [TOKEN, `${TOKEN}2`]);
    await greeting(`${eve}?token={token}`, { token: TOKEN });
    for (const [token, message] of [
      [TOKEN, /answered 401 Unauthorized .*its token, cookie or login is wrong, missing or too old/],
      ['v1.other.s3cret', /answered 401 /],
    ] as const) {
      const error = await greeting(`${eve}?token={token}`, { token }).catch((caught) => caught);
      expect(error).toMatchObject({ code: 'CONNECT_FAILED', message: expect.stringMatching(message) });
      expect(error.message).not.toContain('s3cret');
    }
    await expect(greeting(eve, { headers: { Authorization: 'Basic x' } })).rejects.toThrow(/answered 400 /);
    await expect(greeting(eve.replace(VM, 'none'), { token: `${TOKEN}2` })).rejects.toThrow(/answered 404 /);
    expect(vm.requests).toHaveLength(1);
  });

  test.each([
    ['another authority', { ...asEve, ca: otherCertificate.ca }],
    ['another pin', { ...asEve, pin: '0'.repeat(64) }],
    ['no certificate of its own', { ca, pin: testPin }],
  ])('where Eve has %s, its users get nothing but 502', async (_what, tls) => {
    const { vm, eve } = await chain(tls);
    await expect(greeting(eve, { token: TOKEN })).rejects.toThrow(
      /answered 502 Bad Gateway .*the proxy cannot reach the console/,
    );
    expect(vm.requests).toHaveLength(0);
  });
});

describe('Auto alone', () => {
  const at = (authority: string) => `wss://${authority}/libvirt/domains/${VM}/console`;

  test('the right authority and pin, and a certificate of its own', async () => {
    const auto = owned(await startAuto((await console()).url));
    expect(await greeting(at(auto.authority), { tls: asEve })).toBe('RFB 003.008\n');
    await expect(greeting(`${at(auto.authority)}s`, { tls: asEve })).rejects.toThrow(/answered 404 /);
  });

  test.each([
    [
      'an authority that has not signed',
      { ...asEve, ca: otherCertificate.ca },
      'TLS_UNTRUSTED',
      'is the pinned one, but not trusted',
    ],
    [
      'another pin, of a certificate that is trusted',
      { ...asEve, pin: '0'.repeat(64) },
      'TLS_UNTRUSTED',
      'is not the pinned one',
    ],
    ['no certificate: a TLS alert, no HTTP', { ca, pin: testPin }, 'CONNECT_FAILED', 'wants a client certificate'],
  ])('%s', async (_what, tls, code, message) => {
    const vm = await console();
    const auto = owned(await startAuto(vm.url));
    await expect(greeting(at(auto.authority), { tls })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
    expect(vm.requests).toHaveLength(0);
  });

  test('a certificate of the right authority, and not the one', async () => {
    const auto = owned(await startAuto((await console()).url, 'another'));
    await expect(greeting(at(auto.authority), { tls: asEve })).rejects.toThrow(
      'misses or refuses a client certificate',
    );
  });
});

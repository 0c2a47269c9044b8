import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UsageError } from '../../src/rfb/errors.ts';
import { parseHostPort, parseHostUrl, resolveAddress, showHostPort } from '../../src/transports/address.ts';

const SCHEMES = ['vnc', 'tls', 'unix', 'ws', 'wss', 'http', 'https', 'exec', 'demo', 'proxmox'];
const resolve = (text: string) => resolveAddress(text, SCHEMES);

const folder = mkdtempSync(path.join(tmpdir(), 'rfbctl-'));
const socketPath = path.join(folder, 'vm.sock');
const filePath = path.join(folder, 'file');
const server = createServer();
beforeAll(async () => {
  writeFileSync(filePath, '');
  await new Promise<void>((done) => server.listen(socketPath, done));
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

describe('what users write', () => {
  test.each([
    ['host', 'vnc://host:5900'],
    ['host:0', 'vnc://host:5900'],
    ['host:1', 'vnc://host:5901'],
    ['host:99', 'vnc://host:5999'],
    ['host:100', 'vnc://host:100'],
    ['host:5902', 'vnc://host:5902'],
    ['host:65535', 'vnc://host:65535'],
    ['host::1', 'vnc://host:1'],
    ['host::5901', 'vnc://host:5901'],
    ['  host:1\n', 'vnc://host:5901'],
    ['my-host.example.', 'vnc://my-host.example.:5900'],
    ['under_score:2', 'vnc://under_score:5902'],
    ['bücher.example', 'vnc://xn--bcher-kva.example:5900'],
    ['127.0.0.1:1', 'vnc://127.0.0.1:5901'],
    ['[::1]', 'vnc://[::1]:5900'],
    ['[::1]:2', 'vnc://[::1]:5902'],
    ['[::1]:5902', 'vnc://[::1]:5902'],
    ['[fe80::1%eth0]::7000', 'vnc://[fe80::1%25eth0]:7000'],
    ['::1', 'vnc://[::1]:5900'],
    ['2001:db8::7:1', 'vnc://[2001:db8::7:1]:5900'],
    ['fe80::1%eth0', 'vnc://[fe80::1%25eth0]:5900'],
    [':1', 'vnc://localhost:5901'],
    // A machine called like a scheme.
    ['vnc:1', 'vnc://vnc:5901'],
    ['demo::5901', 'vnc://demo:5901'],
    ['vnc://Host:1', 'vnc://Host:1'],
    ['VNC://host', 'vnc://host'],
    ['unix:/run/vm.sock', 'unix:/run/vm.sock'],
    ['wss://host/a?token=%2F', 'wss://host/a?token=%2F'],
    ['https://host/vnc.html#path=x', 'https://host/vnc.html#path=x'],
    ['exec:ssh hv nc -U "/a b"', 'exec:ssh hv nc -U "/a b"'],
    ['tls:host:1', 'tls:host:1'],
    ['demo:', 'demo:'],
    ['demo:login', 'demo:login'],
    ['proxmox://pve/101', 'proxmox://pve/101'],
  ])('%j is %s', (text, address) => {
    expect(resolve(text)).toEqual({ scheme: address.slice(0, address.indexOf(':')), address });
  });

  test('the path of a socket', () => {
    expect(resolve(socketPath)).toEqual({ scheme: 'unix', address: `unix:${socketPath}` });
  });

  test.each([
    ['', /empty/],
    ['   ', /empty/],
    ['host:', /wanted host, host:DISPLAY/],
    ['host::', /wanted host, host:DISPLAY/],
    ['host:65536', /port "65536" is not one of 1 to 65535/],
    ['host::0', /port "0"/],
    ['host::99999999999999999999', /not one of 1 to 65535/],
    ['host:abc', /wanted host, host:DISPLAY/],
    ['host:-1', /wanted host/],
    ['host:1:2', /IPv6 address goes in brackets/],
    ['fe80::1%eth0:1', /brackets/],
    ['[::1', /wanted host/],
    ['[::1]x', /wanted host/],
    ['[host]:1', /"host" is no IPv6 address/],
    ['cafe::5901', /write \[cafe::5901\] for the IPv6 address, vnc:\/\/cafe:5901 for the host/],
    ['::5901', /write \[::5901\] for the IPv6 address, vnc:\/\/localhost:5901/],
    ['5901', /for this machine write localhost:5901/],
    ['user@host:1', /vnc:\/\/user@host/],
    ['-oProxyCommand=x', /is no host name/],
    ['two words', /is no host name/],
    ['a\0b', /is no host name/],
    ['@name', /configuration file/],
    ['foo://host', /there is no scheme foo:\/\/.*proxmox:/],
    ['\x9b2J', /"\\u009b2J" is no host name/],
    ['/no/such/socket', /there is no such socket/],
    ['./vm.sock', /there is no such socket/],
    ['host/vnc.html?autoconnect=1', /begins with http:\/\/ or https:\/\//],
  ])('%j is refused', (text, message) => {
    expect(() => resolve(text)).toThrow(badAddress(message));
  });

  test('a path to something else', () => {
    expect(() => resolve(filePath)).toThrow(badAddress(/this is no socket/));
    expect(() => resolve(`${filePath}/x`)).toThrow(badAddress(/no such socket/));
  });

  test('whatever is written, the answer is an address or a UsageError of one line', () => {
    const pieces = fc.constantFrom(
      'vnc',
      'host',
      ':',
      '::',
      '[',
      ']',
      '/',
      '//',
      '@',
      '?',
      '#',
      '%',
      '1',
      '5901',
      '::1',
      '\0',
      '\n',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code)) }),
      fc.array(pieces).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          const { address, scheme } = resolve(text);
          expect(address.startsWith(`${scheme}:`)).toBe(true);
          if (scheme === 'vnc') parseHostUrl(address);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
          expect((error as UsageError).code).toBe('BAD_ADDRESS');
          expect((error as UsageError).message).not.toMatch(/\p{Cc}/u);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('host and port', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const host = fc.oneof(name, fc.ipV4(), fc.ipV6());
  const port = fc.integer({ min: 1, max: 65535 });

  test('what is shown reads back the same', () => {
    fc.assert(
      fc.property(host, port, (h, p) => {
        // `cafe::50` could be either: whoever writes it is asked.
        fc.pre(p >= 100 || !/^[\da-f]{1,4}$/.test(h));
        expect(parseHostPort(showHostPort({ host: h, port: p }))).toEqual({ host: h, port: p });
        const { address } = resolve(showHostPort({ host: h, port: p }));
        expect(parseHostUrl(address)).toEqual({ host: h, port: p });
      }),
    );
  });

  test.each([
    ['vnc://host', { host: 'host', port: 5900 }],
    ['vnc://host/', { host: 'host', port: 5900 }],
    ['vnc://host:1', { host: 'host', port: 1 }],
    ['vnc://[::1]:5901/', { host: '::1', port: 5901 }],
    ['vnc://[fe80::1%25eth0]', { host: 'fe80::1%eth0', port: 5900 }],
    ['vnc://root@host:5901', { host: 'host', port: 5901, username: 'root' }],
    ['vnc://root@pam@host', { host: 'host', port: 5900, username: 'root@pam' }],
    ['vnc://a%20b@host', { host: 'host', port: 5900, username: 'a b' }],
    ['vnc://host?VncUsername=me&ConnectionName=x', { host: 'host', port: 5900, username: 'me' }],
  ])('%s', (address, target) => {
    expect(parseHostUrl(address)).toEqual(target);
  });

  test.each([
    ['vnc://', /wanted vnc:\/\/host/],
    ['vnc:host', /wanted vnc:\/\/host/],
    ['vnc://host::5901', /wanted vnc:\/\/host/],
    ['vnc://host:0', /port "0"/],
    ['vnc://host:', /port ""/],
    ['vnc://host:70000', /port "70000"/],
    ['vnc://host/path', /nothing may follow/],
    ['vnc://host#x', /nothing may follow/],
    ['vnc://host?SshHost=x', /parameter "SshHost" is not understood/],
    ['vnc://%@host', /% that is no escape/],
    ['vnc://[1]:1', /no IPv6 address/],
  ])('%s is refused', (address, message) => {
    expect(() => parseHostUrl(address)).toThrow(badAddress(message));
  });

  test.each([
    'vnc://user:hunter2@host',
    'vnc://:hunter2@host:5901',
    'vnc://host?VncPassword=hunter2',
    'vnc://hunter2@host:0',
  ])('no secret of %s is repeated', (address) => {
    let message = '';
    try {
      parseHostUrl(address);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    expect(message).not.toContain('hunter2');
  });
});

function badAddress(message: RegExp) {
  return expect.objectContaining({ name: 'UsageError', code: 'BAD_ADDRESS', message: expect.stringMatching(message) });
}

import { expect, test } from 'vitest';
import { openAddress } from '../../src/transports/index.ts';
import { parseSshHop, showSshHop } from '../../src/transports/ssh-hop.ts';

test.each([
  ['ssh:host', { host: 'host' }, 'ssh:host'],
  ['ssh:root@host', { host: 'host', username: 'root' }, 'ssh:root@host'],
  ['ssh:root@host:2222', { host: 'host', port: 2222, username: 'root' }, 'ssh:root@host:2222'],
  ['ssh://root@host:22/', { host: 'host', port: 22, username: 'root' }, 'ssh:root@host:22'],
  ['ssh:me%40realm@[2001:db8::7]', { host: '2001:db8::7', username: 'me@realm' }, 'ssh:me@realm@[2001:db8::7]'],
])('%s', (text, hop, shown) => {
  expect(parseSshHop(text)).toEqual(hop);
  expect(showSshHop(parseSshHop(text))).toBe(shown);
});

test.each(['host', 'ssh:', 'ssh:-oProxyCommand=x', 'ssh:-l@host', 'ssh:a:b@host', 'ssh:host/path', 'ssh:host:99999'])(
  '%s is refused before anything is dialled',
  async (via) => {
    expect(() => parseSshHop(via)).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
    await expect(openAddress('vnc://127.0.0.1:1', { via })).rejects.toMatchObject({ code: 'BAD_ADDRESS' });
  },
);

test('what is not dialled cannot be dialled from elsewhere', async () => {
  await expect(openAddress('demo:', { via: 'ssh:host' })).rejects.toMatchObject({
    code: 'BAD_OPTION',
    message: expect.stringMatching(/^demo:login is not dialled through ssh; wanted one of vnc, tls, unix, ws/),
  });
});

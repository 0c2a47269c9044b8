import { describe, expect, test } from 'vitest';
import { routeTo } from '../../../src/transports/libvirt/console-route.ts';
import { parseDomain } from '../../../src/transports/libvirt/domain.ts';
import { hypervisorOf } from '../../../src/transports/libvirt/hypervisor.ts';
import { addressOfDomain, parseLibvirtAddress, showLibvirt } from '../../../src/transports/libvirt/libvirt-address.ts';
import { parseSshHop } from '../../../src/transports/ssh-hop.ts';

async function route(graphics: string, uri: string, { via = '', websocket = false, id = " id='7'" } = {}) {
  const xml = `<domain type='kvm'${id}><name>vm</name><uuid>u</uuid><devices>${graphics}</devices></domain>`;
  const hypervisor = hypervisorOf(uri, via === '' ? undefined : parseSshHop(via));
  const { target, hop } = routeTo(await parseDomain(xml), hypervisor, 'libvirt://vm', websocket);
  const there = 'path' in target ? target.path : `${target.host} ${target.port}`;
  return { there, from: hop && `${hop.username ?? ''}@${hop.host}:${hop.port ?? ''}${hop.keyFile ?? ''}` };
}

const listening = (address: string) =>
  `<graphics type='vnc' port='5907' websocket='5701'><listen type='address' address='${address}'/></graphics>`;
const SOCKET = "<graphics type='vnc'><listen type='socket' socket='/run/vm.sock'/></graphics>";
const HERE = 'qemu:///system';
const SSH = 'qemu+ssh://root@hv.example:2222/system?keyfile=/k+1';
const TLS = 'qemu+tls://hv.example/system';
const THERE = 'root@hv.example:2222/k+1';

describe('where a screen is dialled', () => {
  test.each([
    [listening('127.0.0.1'), HERE, '127.0.0.1 5907', undefined],
    [listening('0.0.0.0'), HERE, '127.0.0.1 5907', undefined],
    [listening('::'), HERE, '::1 5907', undefined],
    [listening('192.0.2.7'), HERE, '192.0.2.7 5907', undefined],
    ["<graphics type='vnc' port='5907'/>", HERE, '127.0.0.1 5907', undefined],
    ["<graphics type='vnc' port='5907' listen='192.0.2.7'/>", HERE, '192.0.2.7 5907', undefined],
    [SOCKET, HERE, '/run/vm.sock', undefined],
    ["<graphics type='spice' port='1'/><graphics type='vnc' socket='/run/x'/>", HERE, '/run/x', undefined],
    [listening('127.0.0.1'), SSH, '127.0.0.1 5907', THERE],
    [listening('0.0.0.0'), SSH, '127.0.0.1 5907', THERE],
    [listening('192.0.2.7'), SSH, '192.0.2.7 5907', THERE],
    [SOCKET, SSH, '/run/vm.sock', THERE],
    [listening('0.0.0.0'), TLS, 'hv.example 5907', undefined],
    [listening('192.0.2.7'), TLS, '192.0.2.7 5907', undefined],
  ])('%s at %s', async (graphics, uri, there, from) => {
    expect(await route(graphics, uri)).toEqual({ there, from });
  });

  test('from another machine', async () => {
    const via = 'ssh:me@hv.example';
    expect(await route(listening('0.0.0.0'), HERE, { via })).toEqual({
      there: '127.0.0.1 5907',
      from: 'me@hv.example:',
    });
    expect(await route(SOCKET, TLS, { via })).toEqual({ there: '/run/vm.sock', from: 'me@hv.example:' });
    const gate = { via: 'ssh:gate.example' };
    expect(await route(listening('::'), TLS, gate)).toEqual({ there: 'hv.example 5907', from: '@gate.example:' });
    await expect(route(listening('127.0.0.1'), TLS, gate)).rejects.toThrow(
      'is only to be reached on hv.example itself',
    );
    await expect(route(SOCKET, TLS, gate)).rejects.toThrow('add --via ssh:USER@hv.example, or connect by qemu+ssh://');
    await expect(route(SOCKET, SSH, gate)).rejects.toMatchObject({ code: 'BAD_OPTION' });
  });

  test('its websocket', async () => {
    expect(await route(listening('0.0.0.0'), HERE, { websocket: true })).toMatchObject({ there: '127.0.0.1 5701' });
    await expect(route("<graphics type='vnc' port='5900'/>", HERE, { websocket: true })).rejects.toThrow(
      'no websocket',
    );
  });

  test.each([
    [listening('127.0.0.1'), TLS, 'its VNC server is only to be reached on hv.example itself (port 5907)'],
    [SOCKET, TLS, 'its VNC server is only to be reached on hv.example itself (/run/vm.sock)'],
    ["<graphics type='vnc' port='-1' autoport='yes'/>", HERE, 'has no port yet: is it still starting?'],
    ["<graphics type='vnc'><listen type='none'/></graphics>", HERE, 'listens nowhere'],
    ["<graphics type='spice' port='5900'/>", HERE, "only spice, which is not RFB: add <graphics type='vnc'/>"],
    ['', HERE, 'the domain has no graphics'],
  ])('%s at %s is none', async (graphics, uri, message) => {
    await expect(route(graphics, uri)).rejects.toMatchObject({
      code: 'CONNECT_FAILED',
      message: expect.stringContaining(message),
    });
  });

  test('a domain that is off', async () => {
    await expect(route(listening('0.0.0.0'), HERE, { id: '' })).rejects.toThrow('the domain is shut off');
  });
});

test('virsh is told that nothing may be asked, and which machine', () => {
  expect(hypervisorOf(SSH, undefined).uri).toBe(`${SSH}&no_tty=1`);
  expect(hypervisorOf('qemu+ssh://hv/system', undefined).uri).toBe('qemu+ssh://hv/system?no_tty=1');
  expect(hypervisorOf(HERE, parseSshHop('ssh:me@[2001:db8::7]:22')).uri).toBe(
    'qemu+ssh://me@[2001:db8::7]:22/system?no_tty=1',
  );
  expect(hypervisorOf(TLS, undefined).uri).toBe(TLS);
});

test('addresses', () => {
  const address = 'libvirt://web%201?connect=qemu+ssh://root@hv/system?keyfile=/k%26x&via=websocket';
  const parsed = parseLibvirtAddress(address);
  expect(parsed).toEqual({
    domain: 'web 1',
    connect: 'qemu+ssh://root@hv/system?keyfile=/k&x',
    websocket: true,
  });
  expect(showLibvirt(parsed)).toBe('libvirt://web 1?connect=qemu+ssh://root@hv/system');
  expect(parseLibvirtAddress(addressOfDomain(parsed, 'u'))).toEqual({ ...parsed, domain: 'u' });
  expect(addressOfDomain(parseLibvirtAddress('libvirt:'), 'u')).toBe('libvirt://u');
  for (const bad of [
    'libvirt://a?conect=x',
    'libvirt://a?connect=system',
    'libvirt://a/b',
    'libvirt://a?via=x',
    'libvirt://%zz',
  ])
    expect(() => parseLibvirtAddress(bad), bad).toThrow(expect.objectContaining({ code: 'BAD_ADDRESS' }));
});

import { expect, test } from 'vitest';
import { resolveNovncPage } from '../../src/transports/novnc-page.ts';

const resolve = (text: string) => resolveNovncPage(new URL(text), text);

/** Checked against noVNC 1.7 (app/ui.js, vnc_lite.html), and 1.5 where the two differ. */
test.each([
  ['http://host:6080/vnc.html', 'ws://host:6080/websockify'],
  ['https://host/', 'wss://host/websockify'],
  ['https://host/vnc.html?autoconnect=1&path=api/vnc%3Ftoken%3Da%252Fb', 'wss://host/api/vnc?token=a%2Fb'],
  ['https://host/vnc.html#path=/x', 'wss://host/x'],
  ['https://host/vnc.html?path=query#path=hash', 'wss://host/hash'],
  ['https://host/vnc.html?path=first&path=last', 'wss://host/last'],
  ['https://host/vnc.html?path=a+b', 'wss://host/a+b'],
  ['https://host/vnc.html?host=other&port=7000', 'wss://other:7000/websockify'],
  ['https://host:8443/vnc.html?host=other', 'wss://other/websockify'],
  ['https://host/vnc.html?host=other&encrypt=0', 'ws://other/websockify'],
  ['http://host/vnc.html?host=other&encrypt=1&port=443', 'wss://other/websockify'],
  ['http://host/vnc.html?host=%5B%3A%3A1%5D&port=81', 'ws://[::1]:81/websockify'],
  ['http://host/vnc.html?path=//evil/x&host=h', 'ws://h///evil/x'],
  // Against the page since 1.6, from the root before: a path with the page's folder in front is of the old kind.
  ['https://host/novnc/vnc.html', 'wss://host/novnc/websockify'],
  ['https://host/novnc/vnc.html?path=novnc/websockify', 'wss://host/novnc/websockify'],
  ['https://host/novnc/vnc.html?port=6080', 'wss://host:6080/websockify'],
  ['http://host/a/vnc_lite.html?path=b', 'ws://host/b'],
  ['http://host:6080/vnc_lite.html?host=other', 'ws://other:6080/websockify'],
  // OpenStack's console URLs.
  ['http://nova:6080/vnc_auto.html?path=%3Ftoken%3D1234', 'ws://nova:6080/?token=1234'],
  ['http://nova:6080/vnc_auto.html?token=12/34', 'ws://nova:6080/websockify?token=12%2F34'],
])('%s opens %s', (page, url) => {
  expect(resolve(page).url.href).toBe(url);
});

test('a password in the page address is learnt', () => {
  expect(resolve('https://host/vnc.html#password=a%26b').password).toBe('a&b');
  expect(resolve('https://host/vnc.html?password=')).not.toHaveProperty('password');
});

test.each([
  'http://host/?port=0',
  'http://host/?port=x',
  'http://host/?host=a%20b',
  'http://host/?path=%zz',
  'http://host/?port=70000',
])('%s is refused', (page) => {
  expect(() => resolve(page)).toThrow(expect.objectContaining({ name: 'UsageError', code: 'BAD_ADDRESS' }));
});

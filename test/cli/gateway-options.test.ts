import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { frame, headers, OPCODE, type RawWebSocketServer, rawWebSocketServer } from '../support/raw-websocket.ts';
import { rfbctl, SECRETS, scratch } from './support/rfbctl.ts';

const file = (name: string, content: string) => {
  writeFileSync(path.join(scratch, name), content, { mode: 0o600 });
  return name;
};
const token = file('token', `${SECRETS.token}\n`);
const login = file('headers', `Authorization: Basic ${SECRETS.token}\n\nCookie: session=${SECRETS.token}\r\n`);

const servers: RawWebSocketServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** What a gateway is asked, by a command that it then says goodbye to. */
async function asked(tail: string, args: readonly string[], env: Record<string, string> = {}) {
  const server = await rawWebSocketServer({ after: frame(OPCODE.close, Buffer.of(0x03, 0xe8)) });
  servers.push(server);
  let commandLine = '';
  const run = await rfbctl(['key', `${server.url}${tail}`, 'shift', '-v', '--log-file', 'log', ...args], {
    env,
    onStart: ({ pid }) => {
      commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    },
  });
  expect(run.exitCode, run.stderr).toBe(11);
  expect(readFileSync(path.join(scratch, 'log'), 'utf8')).not.toContain(SECRETS.token);
  return { lines: server.requests[0] ?? [], stderr: run.stderr, commandLine };
}

test('--token-file: into the address, or a header; in no process list', async () => {
  const placed = await asked('?token={token}', ['--token-file', token]);
  expect(placed.lines[0]).toBe(`GET /?token=${SECRETS.token} HTTP/1.1`);
  expect(placed.commandLine).toContain('{token}');
  expect(placed.commandLine).not.toContain(SECRETS.token);
  const bearer = await asked('', ['--token-file', token], { RFBCTL_TOKEN: 'another' });
  expect(headers(bearer.lines, 'Authorization')).toEqual([`Bearer ${SECRETS.token}`]);
});

test('RFBCTL_TOKEN', async () => {
  const { lines } = await asked('', [], { RFBCTL_TOKEN: SECRETS.token });
  expect(headers(lines, 'Authorization')).toEqual([`Bearer ${SECRETS.token}`]);
});

test('--header-file, and --header with a warning for what is secret', async () => {
  const { lines, stderr } = await asked('', ['--header-file', login, '--header', 'X-Tenant: 7']);
  expect(headers(lines, 'Authorization')).toEqual([`Basic ${SECRETS.token}`]);
  expect(headers(lines, 'Cookie')).toEqual([`session=${SECRETS.token}`]);
  expect(headers(lines, 'X-Tenant')).toEqual(['7']);
  expect(stderr).not.toContain('warning');
  const shown = await asked('', ['--header', `Cookie: ${SECRETS.token}`]);
  expect(shown.stderr).toContain('--header shows the Cookie to other users of this machine; --header-file does not');
});

test.each([
  [['--token-file', 'none'], /--token-file none: cannot be read \(ENOENT\)/],
  [['--token-file', file('blank', '\n')], /--token-file blank: its first line is empty, wanted the token/],
  [['--header-file', file('bad', `Cookie ${SECRETS.token}`)], /--header-file: one of them is no "Name: value"/],
  [['--cert-file', token, '--key-file', token], /the client certificate cannot be used: PEM is wanted/],
  [['--key-file', token], /a private key is of no use without its client certificate/],
])('%j is refused', async (args, line) => {
  const { exitCode, stderr } = await rfbctl(['key', 'wss://127.0.0.1:1/', 'shift', ...args]);
  expect(stderr).toMatch(line);
  expect(exitCode).toBe(2);
});

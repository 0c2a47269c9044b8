import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { errorDocument } from '../../src/cli/error-report.ts';
import { createProgram } from '../../src/cli/program.ts';
import { ActionError, AuthenticationError } from '../../src/rfb/errors.ts';
import { HttpApi, jsonOf } from '../../src/transports/http-api.ts';
import { transports } from '../../src/transports/index.ts';
import type { Machine, Transport } from '../../src/transports/transport.ts';

/** An API by its smallest measure: a list of machines, and a switch. */
const fake: Transport = {
  schemes: ['fake'],
  example: 'fake://PORT/7',
  variables: ['FAKE_TOKEN'],
  describe: (address) => address,
  open: () => Promise.reject(new Error('no test opens it')),
  machines: {
    powerActions: ['on', 'off', 'shutdown'],
    async list(address, { credentials, variables, signal, onProgress }) {
      const secret = variables?.FAKE_TOKEN ?? (await credentials?.(['password']))?.password;
      onProgress?.('asking for machines');
      const api = new HttpApi({ host: '127.0.0.1', port: portOf(address), secure: false }, { signal });
      const answer = await api.request({ method: 'GET', path: '/machines', headers: { token: secret } });
      if (answer.status === 401) throw new AuthenticationError('AUTHENTICATION_FAILED', 'the API refused the token');
      return jsonOf(answer, api.name) as Machine[];
    },
    async power(address, action, { signal }) {
      const api = new HttpApi({ host: '127.0.0.1', port: portOf(address), secure: false }, { signal });
      const { status } = await api.request({ method: 'POST', path: `${new URL(address).pathname}/${action}` });
      if (status !== 200) throw new ActionError('ACTION_FAILED', `the machine refused ${action}`);
    },
  },
};

const portOf = (address: string) => Number(new URL(address).port);

const machines = [
  { id: '7', name: 'web', state: 'running', console: 'vnc', address: 'fake://h/7', host: 'a' },
  { id: '12', name: 'Bücher\u001b[2J', state: 'stopped', console: 'none', address: 'fake://h/12', host: 'b' },
];

let answer: (request: IncomingMessage, response: ServerResponse) => void;
const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url} ${request.headers.token ?? ''}`.trim());
  answer(request, response);
});
let address: string;

beforeAll(async () => {
  (transports as unknown as Transport[]).push(fake);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `fake://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  (transports as unknown as Transport[]).pop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests.length = 0;
  answer = (_request, response) => response.end(JSON.stringify(machines));
  vi.stubEnv('FAKE_TOKEN', 't0p');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What the command prints; in this process, since no installed program has the fake. */
async function run(...args: string[]): Promise<string> {
  let stdout = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk: unknown, ...rest: unknown[]) => {
    stdout += chunk;
    for (const done of rest) if (typeof done === 'function') done();
    return true;
  });
  await createProgram({ interrupted: new AbortController().signal, succeedWith: () => {} }).parseAsync([
    'node',
    'rfbctl',
    ...args,
  ]);
  return stdout;
}

const failure = async (...args: string[]) => errorDocument(await run(...args).catch((error) => error)).error;

test('list: a table that lines up, with nothing in it that a terminal would obey', async () => {
  expect((await run('list', address)).split('\n')).toEqual([
    'ID  NAME        STATE    CONSOLE  HOST  ADDRESS',
    '7   web         running  vnc      a     fake://h/7',
    '12  Bücher [2J  stopped  none     b     fake://h/12',
    '',
  ]);
  expect(requests).toEqual(['GET /machines t0p']);
});

test('list: a column that holds nothing is left out; none at all are titles alone', async () => {
  answer = (_request, response) => response.end(JSON.stringify(machines.map(({ host: _, ...rest }) => rest)));
  expect(await run('list', address)).toMatch(/^ID +NAME +STATE +CONSOLE +ADDRESS\n/);
  answer = (_request, response) => response.end('[]');
  expect(await run('list', address)).toBe('ID  NAME  STATE  CONSOLE  HOST  ADDRESS\n');
});

test('list --json: as the API has it; variables go before the password', async () => {
  expect(JSON.parse(await run('list', address, '--json', '-q', '--password', 'other'))).toEqual(machines);
  vi.stubEnv('FAKE_TOKEN', '');
  await run('list', address, '-q', '--password', 'other');
  expect(requests).toEqual(['GET /machines t0p', 'GET /machines other']);
});

test('power: the action reaches the machine', async () => {
  expect(await run('power', `${address}/7`, 'on')).toBe('');
  expect(JSON.parse(await run('power', `${address}/7`, 'shutdown', '--json'))).toEqual({ power: 'shutdown' });
  expect(requests).toEqual(['POST /7/on', 'POST /7/shutdown']);
});

test('what goes wrong has its exit code', async () => {
  expect(await failure('power', `${address}/7`, 'reset')).toMatchObject({
    exitCode: 30,
    message: expect.stringContaining('has no reset: wanted on, off, shutdown'),
  });
  expect(await failure('power', `${address}/7`, 'explode')).toMatchObject({ exitCode: 2, code: 'BAD_OPTION' });
  expect(await failure('list', 'host:1')).toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/host:5901 is a console without an API .* wanted .*fake:\/\/PORT\/7/),
  });
  expect(requests).toEqual([]);
  answer = (_request, response) => response.writeHead(401).end();
  expect(await failure('list', address)).toMatchObject({ exitCode: 3 });
  answer = (_request, response) => response.writeHead(423).end();
  expect(await failure('power', `${address}/7`, 'off')).toMatchObject({ exitCode: 30 });
});

test('a silent API ends with the time, and the message says what was awaited', async () => {
  answer = () => {};
  expect(await failure('list', address, '--timeout', '300ms')).toMatchObject({
    exitCode: 40,
    message: `${address}: listing machines was not done within 300 ms, still asking for machines; --timeout allows more`,
  });
});

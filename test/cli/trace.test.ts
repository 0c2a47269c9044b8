import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Listening, serve } from '../../src/server/listen.ts';
import { eventsOf, eventsOfType, everythingIn } from '../support/read-trace.ts';
import { fail, rfbctl, SECRETS, scratch, succeed } from './support/rfbctl.ts';

let server: Listening;
let target: string;
beforeAll(async () => {
  server = await serve({ password: SECRETS.password });
  target = `127.0.0.1::${server.port}`;
  writeFileSync(path.join(scratch, 'password'), SECRETS.password);
});
afterAll(() => server.close());

const folder = (name: string) => path.join(scratch, name);

describe.concurrent('--trace', () => {
  test('of a wait: the screen, the wait, the exit code', async () => {
    const { exitCode } = await rfbctl(['wait', 'demo:', '--any', '--text', 'x!', '--text', 'login:', '--trace', 'met']);
    expect(exitCode).toBe(51);
    const events = eventsOf(folder('met'));
    expect(events[0]).toMatchObject({
      type: 'trace',
      version: 1,
      target: 'demo:login',
      task: expect.stringMatching(/^waiting for/),
    });
    expect(eventsOfType(folder('met'), 'waited')).toEqual([
      expect.objectContaining({ outcome: 'met', alternative: 1, last: expect.objectContaining({ score: 1 }) }),
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'done', exitCode: 51 });
  });

  test('of a wait in vain: the last frame, the best candidate, the error', async () => {
    const args = ['wait', 'demo:', '--text', 'logout', '--timeout', '4s', '--trace', 'vain'];
    const { exitCode, stderr } = await rfbctl(args, { withinMs: 5000 });
    expect(exitCode).toBe(40);
    const [waited] = eventsOfType(folder('vain'), 'waited');
    expect(waited).toMatchObject({ outcome: 'timedOut', last: { screen: { width: 720, height: 400 } } });
    expect(waited?.best?.score).toBeCloseTo(3 / 6);
    const [error] = eventsOfType(folder('vain'), 'error');
    expect(`rfbctl: ${error?.message}\n`).toBe(stderr);
    expect(eventsOf(folder('vain')).at(-1)).toMatchObject({ type: 'end', outcome: 'failed', exitCode: 40 });
  });

  test('never holds what was typed', async () => {
    const args = ['type', target, SECRETS.text, '--password-file', 'password', '--rate', '300', '--trace', 'typed'];
    await succeed([...args, '--log-file', 'typed.log', '--enter']);
    await succeed([
      'key',
      target,
      ...SECRETS.token.replaceAll('-', ''),
      'ctrl+l',
      '--password-file',
      'password',
      '--trace',
      'keys',
    ]);
    expect(eventsOfType(folder('typed'), 'typing')).toEqual([
      expect.objectContaining({ characters: SECRETS.text.length + 1 }),
    ]);
    expect(eventsOfType(folder('keys'), 'keys')[0]?.chords).toEqual([...'•'.repeat(11), 'ctrl+l']);
    const everything =
      everythingIn(folder('typed')) + everythingIn(folder('keys')) + readFileSync(folder('typed.log'), 'utf8');
    for (const secret of Object.values(SECRETS)) expect(everything).not.toContain(secret);
  });

  test.each([
    ['probe', ['probe', 'demo:']],
    ['screenshot', ['screenshot', 'demo:colours', '-o', 'shot.png']],
    ['click', ['click', 'demo:desktop', '10,10']],
    ['text', ['text', 'demo:']],
  ])('of %s ends with its last screen', async (name, args) => {
    await succeed([...args, '--trace', `of-${name}`]);
    const events = eventsOf(folder(`of-${name}`));
    expect(events.some(({ type }) => type === 'screen')).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'done', exitCode: 0 });
  });

  test('an older one is kept beside it', async () => {
    await succeed(['move', 'demo:', '1,1', '--trace', 'again']);
    await succeed(['move', 'demo:', '2,2', '--trace', 'again']);
    expect(eventsOfType(folder('again.1'), 'pointer')[0]?.detail).toEqual({ x: 1, y: 1 });
    expect(eventsOfType(folder('again'), 'pointer')[0]?.detail).toEqual({ x: 2, y: 2 });
  });

  test('what was there and is no trace stays alone', async () => {
    mkdirSync(folder('photos'));
    writeFileSync(path.join(folder('photos'), 'holiday.jpg'), 'mine');
    await fail(['move', 'demo:', '1,1', '--trace', 'photos'], {
      ...{ exitCode: 2, code: 'BAD_OPTION' },
      line: /photos holds other things \(holiday\.jpg\) and no trace; name an empty or a new folder/,
    });
    expect(readdirSync(folder('photos'))).toEqual(['holiday.jpg']);
    writeFileSync(folder('file'), 'mine');
    await fail(['move', 'demo:', '1,1', '--trace', 'file'], {
      ...{ exitCode: 30, code: 'OUTPUT_FAILED' },
      line: /cannot write a trace to file \(ENOTDIR\)/,
    });
  });

  test('of a connection that fails', async () => {
    await fail(['move', target, '1,1', '--password', SECRETS.wrong, '-q', '--trace', 'refused'], {
      ...{ exitCode: 3, code: 'AUTHENTICATION_FAILED' },
      line: /password/,
    });
    const events = eventsOf(folder('refused'));
    expect(events.at(-2)).toMatchObject({ type: 'error', code: 'AUTHENTICATION_FAILED', phase: 'security' });
    expect(events.at(-1)).toMatchObject({ type: 'end', exitCode: 3 });
  });

  test('is written to its end when the command is stopped', async () => {
    const { exitCode } = await rfbctl(['wait', 'demo:', '--text', 'nothing', '--trace', 'stopped'], {
      onStart(child) {
        const timer = setInterval(() => {
          if (!existsSync(path.join(folder('stopped'), 'screens'))) return;
          if (readdirSync(path.join(folder('stopped'), 'screens')).length === 0) return;
          clearInterval(timer);
          child.kill('SIGINT');
        }, 20);
        child.once('close', () => clearInterval(timer));
      },
    });
    expect(exitCode).toBe(130);
    const events = eventsOf(folder('stopped'));
    expect(eventsOfType(folder('stopped'), 'waited')).toEqual([expect.objectContaining({ outcome: 'failed' })]);
    expect(events.at(-1)).toMatchObject({ type: 'end', outcome: 'failed', exitCode: 130 });
  });
});

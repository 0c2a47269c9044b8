import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PNG } from 'pngjs';
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

  test('of a wait in vain for an image: where it differs', async () => {
    await succeed(['screenshot', 'demo:', '-o', 'wanted.png']);
    const wanted = PNG.sync.read(readFileSync(folder('wanted.png')));
    // A block of 20x10 pixels of a colour that no console has.
    for (let i = 0; i < 200; i++)
      wanted.data.set([200, 50, 250], ((100 + Math.floor(i / 20)) * 720 + 300 + (i % 20)) * 4);
    writeFileSync(folder('wanted.png'), PNG.sync.write(wanted));
    const args = ['wait', 'demo:', '--image', 'wanted.png', '--timeout', '3s', '--trace', 'image'];
    expect((await rfbctl(args, { withinMs: 4000 })).exitCode).toBe(40);
    const [waited] = eventsOfType(folder('image'), 'waited');
    expect(waited?.best?.seen).toMatch(/nearest at 0,0: 99(\.\d)? % alike, 200 of 288000 pixels differ/);
    const { data } = PNG.sync.read(readFileSync(path.join(folder('image'), waited?.difference?.file ?? '')));
    const red = Array.from({ length: 720 * 400 }, (_, i) => i).filter(
      (i) => (data[i * 4] ?? 0) > (data[i * 4 + 1] ?? 0) + 60,
    );
    expect(red).toHaveLength(200);
    expect(red[0]).toBe(100 * 720 + 300);
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

  test('of a script: its steps, and no secret in words, although the screen shows it', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of the script
    const script = '${user}<wait-text "nothing">';
    const args = [
      'run',
      'demo:',
      '-c',
      script,
      '--secret-var',
      'user=env:USER_NAME',
      '--wait-timeout',
      '1s',
      '--trace',
      'script',
    ];
    const { exitCode } = await rfbctl(args, { env: { USER_NAME: SECRETS.token } });
    expect(exitCode).toBe(40);
    const steps = eventsOfType(folder('script'), 'note').map(({ text }) => text);
    expect(steps).toEqual(['step 1, line 1, column 1: type', 'step 2, line 1, column 8: <wait-text "nothing">']);
    const [waited] = eventsOfType(folder('script'), 'waited');
    expect(waited?.last?.seen).toBe('the text ends with "Demo OS 1.0 on console 1 / demo login: ***"');
    expect(everythingIn(folder('script'))).not.toContain(SECRETS.token);
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

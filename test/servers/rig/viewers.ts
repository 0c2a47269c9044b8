import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { building, type Owned } from './rfb-server.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import { vncPasswordFile } from './vnc-password.ts';
import { displayNumber } from './xtigervnc.ts';

export interface ViewerOptions {
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly args?: readonly string[];
}

/** A screen for viewers' windows. */
export async function xvfb(owned: Owned): Promise<string> {
  const process = owned.add(
    await startProcess('Xvfb', [
      '-displayfd',
      '3',
      '-screen',
      '0',
      '1024x768x24',
      '-nolisten',
      'tcp',
      '-ac',
      '-noreset',
    ]),
  );
  return `:${await process.until('display number', () => displayNumber(process.report()))}`;
}

export interface Viewer extends AsyncDisposable {
  readonly process: ServerProcess;
}

/** TigerVNC's viewer, on a screen of its own. Goes on until it is stopped, or hung up on. */
export function vncviewer({ port, username, password, args = [] }: ViewerOptions): Promise<Viewer> {
  return building(async (owned) => {
    const directory = await owned.directory();
    const env = {
      ...{ DISPLAY: await xvfb(owned), HOME: directory },
      ...(username !== undefined && { VNC_USERNAME: username }),
      ...(password !== undefined && { VNC_PASSWORD: password }),
    };
    const file = password === undefined ? [] : ['-PasswordFile', await vncPasswordFile(directory, password)];
    // With a password file it asks for no name: only where one is not wanted.
    const process = owned.add(
      await startProcess('xtigervncviewer', [...(username === undefined ? file : []), ...args, `127.0.0.1::${port}`], {
        env,
      }),
    );
    return { process, [Symbol.asyncDispose]: () => owned.stop() };
  });
}

/** gtk-vnc's screenshot program, on a terminal, where it asks for name and password. Its exit code and what it said. */
export async function gvnccapture({ port, username = '', password = '' }: ViewerOptions): Promise<Capture> {
  const directory = await mkdtemp(join(tmpdir(), 'rfb-rig-'));
  const command = `exec gvnccapture 127.0.0.1:${port - 5900} '${join(directory, 'screen.png')}'`;
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', 'script', '-qec', command, '/dev/null'], {
    env: { ...process.env, HOME: directory },
  });
  let output = '';
  let named = false;
  let typing: NodeJS.Timeout | undefined;
  const type = (answer: string) => child.stdin.write(`${answer}\n`);
  const onOutput = (chunk: Buffer) => {
    output += chunk.toString('latin1');
    if (!named && output.includes('Username: ')) {
      named = true;
      type(username);
    }
    // The echo goes off some time after the question stands there, and what was typed until then is thrown away: the last
    // question is answered again and again.
    if (output.includes('Password: ')) typing ??= setInterval(type, 100, password);
  };
  child.stdout.on('data', onOutput);
  child.stderr.on('data', onOutput);
  child.stdin.on('error', () => {});
  const hurry = setTimeout(() => child.kill('SIGKILL'), CAPTURE_TIMEOUT_MS);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(hurry);
  clearInterval(typing);
  await rm(directory, { recursive: true, force: true });
  return { exitCode, output };
}

export interface Capture {
  /** 0 when there was a picture; null when it hung. */
  readonly exitCode: number | null;
  readonly output: string;
}

const CAPTURE_TIMEOUT_MS = 30_000;

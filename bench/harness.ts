import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const CACHE = resolve(import.meta.dirname, '../.cache/bench');

/** Where the program that is made of a C file lies, or will. */
export function harnessProgram(source: string): string {
  return join(CACHE, basename(source, '.c'));
}

/** Compiles a C file that uses libvncclient, unless that is done already. Says what to install where it cannot be. */
export function compileHarness(source: string): string | undefined {
  const program = harnessProgram(source);
  if (existsSync(program) && statSync(program).mtimeMs > statSync(source).mtimeMs) return undefined;
  mkdirSync(CACHE, { recursive: true });
  try {
    const fresh = `${program}.${process.pid}`;
    execFileSync('cc', ['-O2', '-o', fresh, source, '-lvncclient'], { stdio: ['ignore', 'ignore', 'pipe'] });
    renameSync(fresh, program);
    return undefined;
  } catch (error) {
    const said = String((error as { stderr?: unknown }).stderr ?? error).split('\n', 1)[0];
    return `apt-get install gcc libc6-dev libvncserver-dev (${said})`;
  }
}

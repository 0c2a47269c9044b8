import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Before the first of these tests, once: the command line and the core are those of the sources. */
export default function build(): void {
  execFileSync('npm', ['run', '-s', 'build'], { cwd: join(import.meta.dirname, '..', '..'), stdio: 'inherit' });
}

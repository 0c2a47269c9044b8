import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Machines of CI are shared, and servers of others have races of their own: there, what fails twice is broken. Elsewhere it is told at once. */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    // Most tests wait for something: a core for each is left to nobody else.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          name: 'unit',
          retry,
          include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['test/servers/**', 'test/browser/**', 'test/package/**'],
          // A hang, not a busy machine.
          testTimeout: 120_000,
        },
      },
      {
        // Each file starts servers of its own; one at a time keeps two-core machines honest about time.
        test: {
          name: 'servers',
          retry,
          globalSetup: ['test/servers/build.ts'],
          include: ['test/servers/**/*.test.ts', 'test/browser/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        // Installs the tarball of what was built: needs a registry.
        test: {
          name: 'package',
          retry,
          include: ['test/package/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

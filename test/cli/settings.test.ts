import { expect, test } from 'vitest';
import { readSettings } from '../../src/cli/settings.ts';

test('the decoder that was asked for is the one that decodes', async () => {
  expect((await readSettings('demo:', { decoder: 'reference' })).connect.decoder).toBe('reference');
  expect((await readSettings('demo:', {})).connect).not.toHaveProperty('decoder');
});

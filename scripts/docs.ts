// Brings the generated parts of the documentation up to date: `npm run docs`. A test checks that they are.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { documents, render } from './docs/render.ts';

const root = path.dirname(import.meta.dirname);
for (const document of documents(root)) {
  const file = path.join(root, document);
  const text = readFileSync(file, 'utf8');
  const rendered = await render(root, text);
  if (rendered !== text) writeFileSync(file, rendered);
}

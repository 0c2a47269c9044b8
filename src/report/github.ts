import type { TestCase } from './junit.ts';

/** Where in the repository a failure belongs. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
}

/** A workflow command that makes an annotation of a failure. */
export function githubError({ name, failure = '' }: Pick<TestCase, 'name' | 'failure'>, place?: SourcePlace): string {
  const where = place ? `file=${property(place.file)},line=${place.line},` : '';
  return `::error ${where}title=${property(name)}::${escapeData(failure)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

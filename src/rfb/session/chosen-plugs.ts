import { UsageError } from '../errors.ts';
import { encodings } from '../protocol/encodings/index.ts';
import { pseudoEncodings } from '../protocol/pseudo-encodings/index.ts';
import type { SessionOptions } from './session.ts';

/** The numbers that SetEncodings carries. @throws UsageError `BAD_OPTION` for a name that no encoding has */
export function encodingTypes({
  encodings: names,
  cursor = 'client',
}: Pick<SessionOptions, 'encodings' | 'cursor'>): number[] {
  const chosen = names ? plugsNamed('encoding', names, encodings) : encodings;
  const pseudo = pseudoEncodings.filter((candidate) => cursor === 'client' || !candidate.cursor);
  return [...chosen, ...pseudo].map(({ type }) => type);
}

/** The plugs of these names. @throws UsageError `BAD_OPTION` for a name that none has */
export function plugsNamed<P extends { readonly name: string }>(
  what: string,
  names: readonly string[],
  registry: readonly P[],
): P[] {
  return names.map((name) => {
    const plug = registry.find((candidate) => candidate.name === name);
    if (plug) return plug;
    const known = registry.map((candidate) => candidate.name).join(', ');
    throw new UsageError('BAD_OPTION', `no ${what} is called "${name}"; there are ${known}`);
  });
}

import { UnsupportedError } from '../../errors.ts';
import type { BytePipe, Connection } from '../connection.ts';
import type { SecurityContext, SecurityMethod } from './security-type.ts';

/** What can be chosen by its number: a security type, or a sub-type of one. */
export interface Choice {
  readonly type: number;
  /** A number that some servers have for it. */
  readonly alias?: number;
  readonly name: string;
  readonly methods: readonly SecurityMethod[];
}

/** As many types as a message names. */
const MAX_LISTED = 12;

/**
 * The first of `choices` that is offered and may be used. In a tie (the next one is as safe) the user's name decides: types
 * that want one come first, and are passed over where there is none.
 * @throws UnsupportedError `NO_COMMON_SECURITY_TYPE`, with what is offered and what would allow it
 */
export async function choose<C extends Choice>(
  choices: readonly C[],
  offered: readonly number[],
  { pipe }: Connection,
  context: SecurityContext,
  nameOf: (type: number) => string,
): Promise<{ readonly chosen: C; readonly others: readonly C[] }> {
  const wanted = inOrder(choices, context.security);
  const known = wanted.filter((choice) => isOffered(choice, offered));
  const refused = new Map<C, Refusal>();
  for (const choice of known) {
    const methods = choice.methods.filter(({ name }) => context.security?.includes(name) ?? true);
    const refusal = refusalOf(methods, pipe, context);
    if (refusal) refused.set(choice, refusal);
  }
  const [best, ...others] = known.filter((choice) => !refused.has(choice));
  for (const [choice, { because }] of refused) {
    const preferred = !best || known.indexOf(choice) < known.indexOf(best);
    if (preferred) context.tell({ type: 'securityRefused', name: choice.name, because });
  }
  if (best) {
    const chosen = (await alternative(best, others, context)) ?? best;
    const [only, ...more] = chosen.methods;
    if (only && more.length === 0) context.tell({ type: 'securityChosen', name: only.name });
    return { chosen, others: [best, ...others].filter((choice) => choice !== chosen) };
  }
  const { instead = [] } = context;
  const remedies = [
    ...[...refused].map(
      ([{ name }, { because, remedy }]) => `${name} is refused: ${because}; ${remedy} would allow it`,
    ),
    ...notWanted(choices, offered, wanted),
    ...(instead.length > 0 ? [`--security ${instead.join(',')} would be tried instead`] : []),
  ];
  const list = (types: readonly number[]) => {
    const names = [...new Set(types)].map((type) => `${nameOf(type)} (${type})`);
    return names.length > MAX_LISTED ? `${names.slice(0, MAX_LISTED).join(', ')} and more` : names.join(', ');
  };
  const missing = known.length > 0 ? '' : `; wanted ${list(wanted.map(({ type }) => type))}`;
  throw new UnsupportedError(
    'NO_COMMON_SECURITY_TYPE',
    `no common security type: the server offers ${list(offered)}${missing}; ${remedies.join('; ') || 'set one of these up on the server'}`,
  );
}

/** Whether it is offered, by one of its numbers. */
function isOffered({ type, alias }: Choice, offered: readonly number[]): boolean {
  return offered.includes(type) || (alias !== undefined && offered.includes(alias));
}

/** Those that the user's list names, in its order. */
function inOrder<C extends Choice>(choices: readonly C[], security: readonly string[] | undefined): readonly C[] {
  if (!security) return choices;
  const found = security.flatMap((wanted) =>
    choices.filter(({ methods }) => methods.some(({ name }) => name === wanted)),
  );
  return [...new Set(found)];
}

interface Refusal {
  readonly because: string;
  /** The option that would allow it. */
  readonly remedy: string;
}

/** Why none of these may be used, if so: the reason of the first. */
function refusalOf(methods: readonly SecurityMethod[], pipe: BytePipe, context: SecurityContext): Refusal | undefined {
  const refusals = methods.map(({ name, exposesPassword, identity }): Refusal | undefined => {
    if (exposesPassword && !pipe.confidential && !context.allowPlaintextPassword) {
      return { because: 'everybody on the way could read the password', remedy: '--allow-plaintext-password' };
    }
    if (identity !== 'certificate' && mustProve(pipe, context)) {
      return { because: 'a certificate is to be checked, and it has none', remedy: `--security ${name}` };
    }
    return undefined;
  });
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

/** Who gives a CA or a pin wants it used: whoever sits in between could offer less, and be taken at its word. */
export function mustProve({ certified }: BytePipe, { security, tls }: SecurityContext): boolean {
  return !certified && !security && (tls?.ca !== undefined || tls?.pin !== undefined);
}

/** What the user's list forbids although both sides know it. */
function notWanted(choices: readonly Choice[], offered: readonly number[], wanted: readonly Choice[]): string[] {
  const names = choices
    .filter((choice) => isOffered(choice, offered) && !wanted.includes(choice))
    .map(({ name }) => name);
  return names.length === 0 ? [] : [`--security ${names.join(',')} would allow it`];
}

/** Where `best` wants a user name and nobody has said one: the next that is as safe and wants none. */
async function alternative<C extends Choice>(
  best: C,
  others: readonly C[],
  context: SecurityContext,
): Promise<C | undefined> {
  const [{ asks, encrypts, identity } = NOTHING] = best.methods;
  if (context.security || best.methods.length !== 1 || !asks.includes('username')) return undefined;
  const other = others.find(
    ({ methods: [method, ...more] }) =>
      method &&
      more.length === 0 &&
      !method.asks.includes('username') &&
      method.encrypts === encrypts &&
      method.identity === identity,
  );
  if (!other || (await context.credentials([])).username !== undefined) return undefined;
  return other;
}

const NOTHING: Pick<SecurityMethod, 'asks' | 'encrypts' | 'identity'> = { asks: [], encrypts: false, identity: 'none' };

import { nearestNames } from '../nearest-names.ts';

/** What a name in a script stands for: text that is typed as it is, tags in it too. A secret is never shown. */
export type ScriptVariable = string | { readonly secret: string };

export type ScriptVariables = Readonly<Record<string, ScriptVariable>>;

/** The value of a name; undefined when there is none. */
export type ResolveVariable = (name: string) => ScriptVariable | undefined;

/** What stands at a place where a variable may. */
type Reference =
  | { readonly length: number; readonly name: string }
  | { readonly length: number; readonly text: string }
  | { readonly error: string };

const NAME = String.raw`[A-Za-z_][\w.-]*`;
const DOLLAR = new RegExp(String.raw`\$\{\s*(${NAME})\s*\}`, 'y');
const TEMPLATE = new RegExp(String.raw`\{\{\s*(?:\.(${NAME})|user\s+(?:${'`'}|")(${NAME})(?:${'`'}|"))\s*\}\}`, 'y');
const QUOTED = /\{\{\s*(?:`([^`]*)`|"([^"\\]*)")\s*\}\}/y;

/** `${name}`, as HCL has it, with `$${` for the text `${`. */
function dollarAt(text: string, index: number): Reference | undefined {
  if (text.startsWith('$${', index)) return { length: 3, text: '${' };
  if (!text.startsWith('${', index)) return undefined;
  DOLLAR.lastIndex = index;
  const [whole, name] = DOLLAR.exec(text) ?? [];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what the script has to say
  if (whole === undefined || name === undefined) return { error: '${ begins no ${name}; to type it, write $${' };
  return { length: whole.length, name: name.replace(/^(?:var|local)\./, '') };
}

/** packer's templates, as far as they are names: `{{ .HTTPIP }}`, `{{ user "name" }}`, and `{{ "text" }}`. */
function templateAt(text: string, index: number): Reference | undefined {
  if (!text.startsWith('{{', index)) return undefined;
  TEMPLATE.lastIndex = index;
  const [whole, field, user] = TEMPLATE.exec(text) ?? [];
  if (whole !== undefined) return { length: whole.length, name: field ?? user ?? '' };
  QUOTED.lastIndex = index;
  const [quoted, raw, plain] = QUOTED.exec(text) ?? [];
  if (quoted !== undefined) return { length: quoted.length, text: raw ?? plain ?? '' };
  return { error: '{{ begins no {{ .Name }} and no {{ user `name` }}; to type it, write {{ "{{" }}' };
}

function resolveFrom(variables: ScriptVariables): ResolveVariable {
  return (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined);
}

export interface Expanded {
  /** Of what stood there. */
  readonly length: number;
  readonly value: string;
  readonly secret: boolean;
}

/** Puts values in the place of names. */
export class Variables {
  readonly #resolve: ResolveVariable;
  readonly #known: readonly string[];

  /** `known` are the names that there are, for suggestions. */
  constructor(resolve: ResolveVariable, known: readonly string[] = []) {
    this.#resolve = resolve;
    this.#known = known;
  }

  static of(variables: ScriptVariables): Variables {
    return new Variables(resolveFrom(variables), Object.keys(variables));
  }

  /** What stands at `index` for something else. `problem` is called with what is wrong, and throws. */
  at(text: string, index: number, dollars: boolean, problem: (message: string) => never): Expanded | undefined {
    const reference = templateAt(text, index) ?? (dollars ? dollarAt(text, index) : undefined);
    if (!reference) return undefined;
    if ('error' in reference) return problem(reference.error);
    if ('text' in reference) return { length: reference.length, value: reference.text, secret: false };
    const variable = this.#resolve(reference.name);
    if (variable === undefined) return problem(this.#undefined(reference.name));
    const secret = typeof variable !== 'string';
    return { length: reference.length, value: secret ? variable.secret : variable, secret };
  }

  /** All of a text. */
  expand(text: string, problem: (message: string) => never): { readonly text: string; readonly secrets: string[] } {
    let expanded = '';
    const secrets: string[] = [];
    for (let index = 0; index < text.length; ) {
      const variable = this.at(text, index, true, problem);
      expanded += variable?.value ?? text.charAt(index);
      if (variable?.secret) secrets.push(variable.value);
      index += variable?.length ?? 1;
    }
    return { text: expanded, secrets };
  }

  #undefined(name: string): string {
    const [near] = nearestNames(name, this.#known);
    return `the variable ${name} has no value; ${near === undefined ? `give it one: ${name}=…` : `did you mean ${near}?`}`;
  }
}

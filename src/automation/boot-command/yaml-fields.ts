import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { nearestNames } from '../nearest-names.ts';
import { durationMs } from './duration.ts';
import { type LineStarts, ScriptError } from './script-source.ts';
import type { Place } from './step.ts';

/** A file of YAML, for errors and places. */
export interface YamlFile {
  readonly text: string;
  readonly name: string | undefined;
  readonly lines: LineStarts;
}

/** One value of a document, read as what it has to be. */
export class YamlValue {
  readonly #file: YamlFile;
  readonly #node: Node | null | undefined;
  /** For messages: `steps[2].click`. */
  readonly path: string;
  readonly #fallback: number;

  /** `fallback` is where it would stand if it were there. */
  constructor(file: YamlFile, node: Node | null | undefined, path: string, fallback = 0) {
    this.#file = file;
    this.#node = node;
    this.path = path;
    this.#fallback = fallback;
  }

  get offset(): number {
    return this.#node?.range?.[0] ?? this.#fallback;
  }

  get place(): Place {
    return this.#file.lines.placeAt(this.offset, this.#file.name);
  }

  /** As the file has it. */
  get written(): string {
    const [start, end] = this.#node?.range ?? [0, 0];
    return this.#file.text.slice(start, end);
  }

  get isText(): boolean {
    return isScalar(this.#node) && typeof this.#node.value === 'string';
  }

  get isList(): boolean {
    return isSeq(this.#node);
  }

  error(problem: string): ScriptError {
    return new ScriptError(this.place, this.path === '' ? problem : `${this.path}: ${problem}`);
  }

  text(): string {
    if (isScalar(this.#node) && typeof this.#node.value === 'string') return this.#node.value;
    throw this.error('wanted a text; quote it when it is one');
  }

  true(): true {
    if (isScalar(this.#node) && this.#node.value === true) return true;
    throw this.error('wanted true');
  }

  count(): number {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 9999) return value;
    throw this.error('wanted a whole number from 1 to 9999');
  }

  /** In milliseconds; a number is seconds. */
  duration(): number {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    const ms = typeof value === 'number' || typeof value === 'string' ? durationMs(String(value)) : undefined;
    if (ms === undefined) throw this.error('wanted 500ms, 10s, 1m30s or a number of seconds');
    return ms;
  }

  list(): YamlValue[] {
    if (!isSeq(this.#node)) throw this.error('wanted a list');
    return this.#node.items.map((item, i) => new YamlValue(this.#file, this.#asNode(item), `${this.path}[${i}]`));
  }

  /** The fields of a mapping; each of them must be one of `known`. */
  fields<F extends string>(known: readonly F[]): ReadonlyMap<F, YamlValue> {
    if (!isMap(this.#node)) throw this.error(`wanted a mapping with ${known.join(', ')}`);
    return new Map(
      this.#node.items.map((pair: Pair): [F, YamlValue] => {
        const key = this.#asNode(pair.key);
        const name = isScalar(key) ? String(key.value) : '';
        const field = known.find((one) => one === name);
        const at = new YamlValue(this.#file, key, this.path);
        if (field === undefined) throw at.error(unknownField(name, known));
        const path = this.path === '' ? field : `${this.path}.${field}`;
        return [field, new YamlValue(this.#file, this.#asNode(pair.value), path, at.offset)];
      }),
    );
  }

  /** The fields of a mapping, whatever they are called. */
  entries(): (readonly [name: string, value: YamlValue])[] {
    if (!isMap(this.#node)) throw this.error('wanted a mapping of names');
    return this.#node.items.map((pair: Pair) => {
      const key = this.#asNode(pair.key);
      const name = isScalar(key) ? String(key.value) : '';
      const offset = new YamlValue(this.#file, key, this.path).offset;
      return [name, new YamlValue(this.#file, this.#asNode(pair.value), `${this.path}.${name}`, offset)] as const;
    });
  }

  #asNode(node: unknown): Node | null {
    if (isAlias(node)) throw new YamlValue(this.#file, node, this.path).error('aliases (*name) are not understood');
    return isScalar(node) || isMap(node) || isSeq(node) ? node : null;
  }
}

function unknownField(name: string, known: readonly string[]): string {
  const [near] = nearestNames(name, known);
  return `there is no ${JSON.stringify(name)}; ${near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`}`;
}

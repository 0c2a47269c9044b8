/** What the API answers instead of a value. */
export class ApiFailure extends Error {
  readonly description: readonly string[];

  constructor(code: string, ...details: readonly string[]) {
    super(code);
    this.description = [code, ...details];
  }
}

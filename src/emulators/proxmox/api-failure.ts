/** An answer that is none: pveproxy says why in the status line. */
export class ApiFailure extends Error {
  readonly status: number;
  /** By parameter. */
  readonly errors: Readonly<Record<string, string>> | undefined;
  /** Whether the body says it too. */
  readonly body: boolean;

  constructor(
    status: number,
    reason: string,
    { errors, body = true }: { errors?: Readonly<Record<string, string>>; body?: boolean } = {},
  ) {
    super(reason);
    this.name = 'ApiFailure';
    this.status = status;
    this.errors = errors;
    this.body = body;
  }
}

export const unauthorized = (reason: string, body = false) => new ApiFailure(401, reason, { body });
export const badParameters = (errors: Readonly<Record<string, string>>) =>
  new ApiFailure(400, 'Parameter verification failed.', { errors });

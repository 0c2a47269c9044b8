import type { LogEvent } from '../../src/rfb/session/log-event.ts';
import type { SessionOptions } from '../../src/rfb/session/session.ts';
import { Session } from '../../src/rfb/session/session.ts';
import { pipePair } from '../../src/server/pipe-pair.ts';
import { createServer, type ServerOptions } from '../../src/server/server.ts';
import { testCertificate } from './pipe-servers.ts';

export const certificate = { cert: testCertificate.cert, key: testCertificate.key };
export const { ca } = testCertificate;

/** What came of a session between our client and our server, in memory. */
export interface Outcome {
  readonly session: Session | undefined;
  readonly error: unknown;
  readonly warnings: readonly string[];
  readonly log: readonly LogEvent[];
  /** What the server has to say of the viewer. */
  readonly serverErrors: readonly unknown[];
}

export interface PairOptions {
  readonly server: ServerOptions;
  readonly client?: SessionOptions;
  /** What the pipe is; default: TCP to `localhost`, which everybody can read. */
  readonly pipe?: { readonly host?: string | undefined; readonly confidential?: boolean };
}

/** Opens a session, takes one update over it, and closes it. */
export async function secured({
  server: serverOptions,
  client = {},
  pipe: facts = { host: 'localhost' },
}: PairOptions): Promise<Outcome> {
  const warnings: string[] = [];
  const log: LogEvent[] = [];
  const serverErrors: unknown[] = [];
  const server = createServer({ ...serverOptions, onError: (error) => serverErrors.push(error) });
  const [near, far] = pipePair({ names: ['localhost:5901', 'the viewer'] });
  const served = server.accept(far);
  const told = { warnings, log, serverErrors };
  try {
    const session = await Session.open(
      { ...near, ...facts },
      { ...client, onWarning: (message) => warnings.push(message), onLog: (event) => log.push(event) },
    );
    const updated = session.nextUpdate();
    await session.requestUpdate({ x: 0, y: 0, width: 8, height: 8 }, false);
    await updated;
    await session.close();
    await served;
    return { ...told, session, error: undefined };
  } catch (error) {
    await server.close();
    await served;
    return { ...told, session: undefined, error };
  }
}

/** What the log says of the choice. */
export function choiceOf(log: readonly LogEvent[]): string | undefined {
  return log.flatMap((event) => (event.type === 'securityChosen' ? [event.name] : []))[0];
}

import { ActionError, AuthenticationError, ConnectionError, type RfbError } from '../../rfb/errors.ts';
import { printable } from '../../rfb/protocol/text.ts';

/** What XAPI answers instead of a value: a code, and what belongs to it. */
export class XapiFailure extends Error {
  readonly failure: string;
  readonly details: readonly string[];

  constructor([failure = 'UNKNOWN', ...details]: readonly string[]) {
    super(failure);
    this.failure = failure;
    this.details = details;
  }
}

/** Runs `work`; what XAPI refuses becomes one of our errors, of a console that cannot be had or of a machine that cannot be switched. */
export async function told<T>(where: string, kind: 'console' | 'power', work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof XapiFailure ? describeFailure(where, kind, error) : error;
  }
}

function describeFailure(where: string, kind: 'console' | 'power', cause: XapiFailure): RfbError {
  const { failure, details } = cause;
  const said = describeDetails(cause);
  if (failure === 'SESSION_AUTHENTICATION_FAILED') {
    const user = JSON.stringify(details[0] ?? '');
    const message = `${where} does not accept the login of ${user}: check user name and password`;
    return new AuthenticationError('AUTHENTICATION_FAILED', message, { cause, reason: said, phase: 'connect' });
  }
  if (failure === 'RBAC_PERMISSION_DENIED' || failure === 'USER_IS_NOT_LOCAL_SUPERUSER') {
    const message = `${where}: this user may not do that (${said}): wanted the role vm-operator, pool-admin for a control domain`;
    return new AuthenticationError('AUTHENTICATION_FAILED', message, { cause, reason: said, phase: 'connect' });
  }
  const remedy = REMEDIES[failure];
  const message = `${where} refuses: ${said}${remedy === undefined ? '' : `; ${remedy}`}`;
  return kind === 'power' && !CONNECTION.includes(failure)
    ? new ActionError('ACTION_FAILED', message, { cause })
    : new ConnectionError('CONNECT_FAILED', message, { cause, phase: 'connect' });
}

/** References mean nothing to people, and a session's is a secret. */
function describeDetails({ failure, details }: XapiFailure): string {
  const telling = details
    .map((detail) => printable(detail))
    .filter((detail) => detail !== '' && !/^OpaqueRef:/.test(detail));
  return [failure, ...telling]
    .join(' ')
    .replace(/OpaqueRef:[\w-]+/g, '…')
    .slice(0, 300);
}

const CONNECTION = ['HOST_STILL_BOOTING', 'HOST_IS_SLAVE', 'SESSION_INVALID', 'HOST_OFFLINE'];

const REMEDIES: Readonly<Record<string, string>> = {
  HOST_STILL_BOOTING: 'the host is still starting, try again in a minute',
  HOST_IS_SLAVE: 'the pool names coordinators in turns: write the address of the coordinator',
  SESSION_INVALID: 'sessions end at once there: does another program log them out?',
  VM_BAD_POWER_STATE: 'the words are what is wanted and what it is',
  VM_MISSING_PV_DRIVERS: 'its guest has no tools that would be asked: use off or reset',
  VM_LACKS_FEATURE: 'its guest has no tools that would be asked: use off or reset',
  VM_LACKS_FEATURE_SHUTDOWN: 'its guest has no tools that would be asked: use off or reset',
  VM_FAILED_SHUTDOWN_ACK: 'the guest did not answer: use off or reset',
  VM_SHUTDOWN_TIMEOUT: 'the guest did not go down in time: use off or reset',
  OTHER_OPERATION_IN_PROGRESS: 'try again when that is done',
  NO_HOSTS_AVAILABLE: 'no host of the pool can run it: memory, storage, network',
};

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export interface Account {
  /** `root@pam`. */
  readonly username: string;
  readonly password: string;
  /** Codes of a second factor, each good for once; without any there is none. */
  readonly codes?: readonly string[];
  /** The API tokens: name and secret. */
  readonly tokens?: Readonly<Record<string, string>>;
  /** Paths and what is allowed there and below; default everything. */
  readonly rights?: Readonly<Record<string, readonly string[]>>;
}

/** Who a request comes from. */
export interface Identified {
  /** `root@pam`, `root@pam!ci`. */
  readonly id: string;
  readonly account: Account;
  readonly token: boolean;
}

/** What is said when it is not let in. */
export type Refusal = string;

const TICKET_MS = 2 * 3_600_000;
const SKEW_MS = 300_000;

/** Accounts, and the tickets that are made for them. */
export class Accounts {
  readonly #accounts: readonly Account[];
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  readonly #usedCodes = new Set<string>();

  constructor(accounts: readonly Account[], now: () => number) {
    this.#accounts = accounts;
    this.#now = now;
  }

  /** The answer's `data`; undefined for what does not fit together. */
  logIn(form: Readonly<Record<string, string>>): Readonly<Record<string, unknown>> | undefined {
    const { realm, password = '', otp } = form;
    const username = realm === undefined ? form.username : `${form.username}@${realm}`;
    const account = this.#accounts.find((candidate) => candidate.username === username);
    const challenge = form['tfa-challenge'];
    if (account === undefined || (challenge !== undefined && otp !== undefined)) return undefined;
    if (challenge !== undefined) {
      if (this.#verify(challenge, CHALLENGE + CHALLENGE_TEXT, account.username) && this.#takeCode(account, password)) {
        return this.#loggedIn(account);
      }
      return undefined;
    }
    // A ticket is a password for another.
    if (this.#verify(password, LOGIN, account.username)) return this.#loggedIn(account);
    if (!same(password, account.password)) return undefined;
    if (account.codes === undefined || (otp !== undefined && this.#takeCode(account, otp)))
      return this.#loggedIn(account);
    if (otp !== undefined) return undefined;
    return { NeedTFA: 1, ticket: this.#sign(CHALLENGE + CHALLENGE_TEXT, account.username), username: account.username };
  }

  /** By cookie, then by header; both spellings. */
  identify(cookie: string | undefined, authorization: string | undefined): Identified | Refusal {
    const [, inCookie] = /(?:^|\s)PVEAuthCookie(?:=| )([^;]*)/.exec(cookie ?? '') ?? [];
    const [, inHeader] = /^PVEAuthCookie(?:=| )(\S+)/.exec(authorization ?? '') ?? [];
    const ticket = inCookie ?? inHeader;
    if (ticket !== undefined) return this.#byTicket(unescape_(ticket));
    const [, id = '', secret] = /^PVEAPIToken(?:=| )([^=\s]+)=(\S+)/.exec(authorization ?? '') ?? [];
    if (secret === undefined) return 'No ticket';
    const [username, name = ''] = id.split('!');
    const account = this.#accounts.find((candidate) => candidate.username === username);
    const known = account?.tokens?.[name];
    if (account === undefined || known === undefined) return `no such token '${name}' for user '${username}'`;
    return same(known, secret) ? { id, account, token: true } : 'invalid token value!';
  }

  /** Minted from time and user: any fresh one of that user is good. */
  csrfFits(token: string | undefined, { id }: Identified): boolean {
    const [hex = '', signature = ''] = (token ?? '').split(':');
    return this.#fresh(hex, SKEW_MS, TICKET_MS) && same(signature, this.#signature(`CSRF:${hex}:${id}`));
  }

  allowed({ account }: Identified, path: string, right: string): boolean {
    if (account.rights === undefined) return true;
    return Object.entries(account.rights).some(
      ([where, rights]) =>
        (path === where || path.startsWith(where === '/' ? '/' : `${where}/`)) && rights.includes(right),
    );
  }

  /** `PVEVNC:HHHHHHHH::…`, for this user, path and, in later versions, port. Not from the future by more than twenty seconds. */
  consoleTicket(id: string, path: string, port: number | undefined): string {
    return this.#sign(CONSOLE, `${id}:${path}:${port ?? ''}`);
  }

  consoleTicketFits(ticket: string, id: string, path: string, port: number | undefined): boolean {
    return this.#verify(ticket, CONSOLE, `${id}:${path}:${port ?? ''}`, [20_000, 40_000]);
  }

  #loggedIn({ username }: Account): Readonly<Record<string, unknown>> {
    const hex = this.#hexTime();
    const csrf = `${hex}:${this.#signature(`CSRF:${hex}:${username}`)}`;
    return { ticket: this.#sign(LOGIN + username, username), username, CSRFPreventionToken: csrf, cap: {} };
  }

  #byTicket(ticket: string): Identified | Refusal {
    if (ticket.startsWith(CHALLENGE)) return 'No ticket';
    const [, username = ''] = /^PVE:([^:]+):/.exec(ticket) ?? [];
    const account = this.#accounts.find((candidate) => candidate.username === username);
    if (account === undefined || !this.#verify(ticket, LOGIN, username)) return 'Authentication failed!';
    return { id: username, account, token: false };
  }

  #takeCode({ username, codes = [] }: Account, response: string): boolean {
    const [kind, code = ''] = response.split(':');
    const used = `${username}:${code}`;
    if (kind !== 'totp' || !codes.includes(code) || this.#usedCodes.has(used)) return false;
    this.#usedCodes.add(used);
    return true;
  }

  #sign(prefix: string, subject: string): string {
    const hex = this.#hexTime();
    return `${prefix}:${hex}::${this.#signature(`${hex}:${subject}`)}`;
  }

  #verify(ticket: string, prefix: string, subject: string, [future, past] = [SKEW_MS, TICKET_MS]): boolean {
    const whole = prefix === LOGIN ? LOGIN + subject : prefix;
    if (!ticket.startsWith(`${whole}:`)) return false;
    const [hex = '', empty, signature = ''] = ticket.slice(whole.length + 1).split(':');
    return empty === '' && this.#fresh(hex, future, past) && same(signature, this.#signature(`${hex}:${subject}`));
  }

  #fresh(hex: string, futureMs: number, pastMs: number): boolean {
    const age = this.#now() - Number.parseInt(hex, 16) * 1000;
    return age > -futureMs - 1000 && age < pastMs + 1000;
  }

  #hexTime(): string {
    return Math.floor(this.#now() / 1000)
      .toString(16)
      .toUpperCase();
  }

  /** As long as a real one, which is RSA: whoever cuts it is found out. */
  #signature(text: string): string {
    const short = createHmac('sha512', this.#key).update(text).digest();
    return Buffer.concat([short, short, short, short]).toString('base64');
  }
}

const LOGIN = 'PVE:';
const CHALLENGE = 'PVE:!tfa!';
const CHALLENGE_TEXT = encodeURIComponent('{"totp":true,"recovery":[1,2]}');
const CONSOLE = 'PVEVNC';

/** Percent-escapes where they are, and nothing else. */
function unescape_(text: string): string {
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function same(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

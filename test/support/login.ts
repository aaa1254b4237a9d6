import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import type { CourierConfig } from '../../src/config/config.ts';
import { type Prepared, startUpstream, type Upstream } from './upstream.ts';

export const USERNAME = 'gateway@clinic.example';
export const PASSWORD = ' p4ss/wörd ';
export const LOGIN = '/identity/v1/login/';

/** A courier that lets in nobody but those who have a token of its login, as long as the token holds. */
export interface LoginUpstream extends Upstream {
  readonly config: CourierConfig & { readonly login: object };
  /** How often somebody logged in, or tried to. */
  logins(): number;
  /** What was asked beside logins, as `GET /path token 1`: the token by its number, `none` for any other header. */
  things(): string[];
  /** Ends all tokens before their time. */
  revoke(): void;
  /** What comes before a login is answered as usual, if anything. */
  onLogin: Prepared;
}

interface Options {
  /** How long a token holds, in seconds. */
  readonly seconds?: number;
  /** False for a login that does not say for how long. */
  readonly tells?: boolean;
  /** What is answered to those who are let in. */
  readonly answer?: Prepared;
  /** More of what is answered to those who are let in, by `METHOD /path`. */
  readonly more?: Readonly<Record<string, Prepared>>;
}

/** Starts one. Its clock is `performance`, which a test may fake. */
export const startLogin = async ({
  seconds = 3600,
  tells = true,
  answer = { body: { name: 'Ada' } },
  more = {},
}: Options = {}): Promise<LoginUpstream> => {
  const ends: number[] = [];
  const numberOf = (header: string | undefined) =>
    Number(/^Bearer token-(\d+)$/.exec(header ?? '')?.[1] ?? 0);
  const holds = (header: string | undefined) => (ends[numberOf(header) - 1] ?? 0) > performance.now();
  const guarded =
    (then: Prepared): Prepared =>
    async (asked) => {
      if (!holds(asked.headers.authorization))
        return { status: 401, body: { errors: [{ code: 'Unauthorized', status: 401 }] } };
      return typeof then === 'function' ? then(asked) : then;
    };
  const upstream = await startUpstream({
    'GET /v1/things/*/': guarded(answer),
    'POST /v1/things/': guarded(answer),
    ...Object.fromEntries(Object.entries(more).map(([name, then]) => [name, guarded(then)])),
    [`POST ${LOGIN}`]: async (asked) => {
      const { onLogin } = started;
      const first = (typeof onLogin === 'function' ? await onLogin(asked) : onLogin) ?? {};
      if (first.until) await first.until;
      if (first.status || first.destroy || first.raw || first.body) return first;
      const { username, password } = asked.body as Record<string, unknown>;
      if (username !== USERNAME || password !== PASSWORD)
        return {
          status: 401,
          body: { errors: [{ code: 'Unauthorized', detail: `${username} ${password}` }] },
        };
      ends.push(performance.now() + seconds * 1000);
      return {
        headers: { 'content-type': 'application/vnd.api+json' },
        body: {
          'access-token': `token-${ends.length}`,
          ...(tells && { 'access-token-expiration-seconds': seconds }),
        },
      };
    },
  });
  const started: LoginUpstream = Object.assign(upstream, {
    config: {
      url: upstream.url,
      authorization: undefined,
      login: { url: upstream.url + LOGIN, username: USERNAME, password: PASSWORD },
      forwards: false,
    },
    logins: () => upstream.asked.filter(({ path }) => path === LOGIN).length,
    things: () =>
      upstream.asked
        .filter(({ path }) => path !== LOGIN)
        .map(
          ({ method, path, headers }) =>
            `${method} ${path} token ${numberOf(headers.authorization) || 'none'}`,
        ),
    revoke: () => ends.fill(0),
    onLogin: {} as Prepared,
  });
  return started;
};

/** What is told of calls that fail, whatever they are for. */
const FAILING_CALLS = /^calls to an upstream fail/;

/** A log that keeps its lines; the warnings are those of more than that single calls fail. */
export const keptLog = (): { log: Logger; lines: string[]; warnings: () => string[] } => {
  const lines: string[] = [];
  const stream = new Writable({
    write: (chunk, _, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  return {
    log: pino({ level: 'trace' }, stream),
    lines,
    warnings: () =>
      lines
        .map((line) => JSON.parse(line))
        .flatMap(({ level, msg }) => (level >= 40 && !FAILING_CALLS.test(msg) ? [msg] : [])),
  };
};

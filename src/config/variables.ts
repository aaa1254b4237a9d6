import { z } from 'zod';
import { isLoopback } from './loopback.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const MINUTE_MS = 60_000;
const UNITS_MS = { ms: 1, s: 1000, m: MINUTE_MS, h: 60 * MINUTE_MS };

/** The shortest secret that signs tokens, in bytes: shorter ones can be guessed from one token. */
const SECRET_BYTES = 32;

const count = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be between ${least} and ${most}`);

const duration = z
  .string()
  .regex(/^\d+(?:ms|s|m|h)$/, 'must be a time with its unit, such as 30s, 10m or 1h')
  .transform((value) => {
    const [, amount, unit] = /^(\d+)(\w+)$/.exec(value) ?? [];
    return Number(amount) * UNITS_MS[unit as keyof typeof UNITS_MS];
  });

const isBaseUrl = (value: string): boolean => {
  const parsed = URL.parse(value);
  return parsed !== null && /^https?:$/.test(parsed.protocol) && parsed.search === '' && parsed.hash === '';
};

const url = z.string().refine(isBaseUrl, 'must be an http or https URL without a query');

const redisUrl = z.string().refine((value) => {
  const parsed = URL.parse(value);
  return (
    parsed !== null &&
    /^rediss?:$/.test(parsed.protocol) &&
    parsed.hostname !== '' &&
    /^\/?\d*$/.test(parsed.pathname) &&
    parsed.search === ''
  );
}, 'must be redis://host:port or rediss://host:port, with a password and the number of a database if need be');

const uuid = z
  .string()
  .regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, 'must be a UUID')
  .transform((value) => value.toLowerCase());

const headerValue = z.string().regex(/^[\x21-\x7e]+(?: +[\x21-\x7e]+)*$/, 'must be plain ASCII on one line');

const oneOf = <const V extends readonly string[]>(...values: V) =>
  z.enum(values, `must be one of ${values.join(', ')}`);

/** A part of a whole, from 0 to 1. */
const share = z
  .string()
  .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, 'must be between 0 and 1')
  .transform(Number);

const listed = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Addresses that the outside has for Pigeon; the first one is the one that Pigeon itself names. */
const publicUrls = listed
  .refine(
    (values) => values.length > 0 && values.every(isBaseUrl),
    'must be http or https URLs without a query, comma separated',
  )
  .transform((values) => values.map((value) => value.replace(/\/+$/, '')));

const origins = listed.refine(
  (values) => values.every((value) => URL.parse(value)?.origin === value && value !== 'null'),
  'must be origins such as https://app.example.com, comma separated',
);

/** Minutes since midnight of `21:30`. */
const minutesOf = (clock: string): number => {
  const [hours, minutes] = clock.split(':').map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
};

const dayHours = z
  .string()
  .regex(
    /^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/,
    'must be two times of day, such as 21:00-08:00',
  )
  .refine((value) => value.slice(0, 5) !== value.slice(6), 'must have two different times')
  .transform((value) => ({ from: minutesOf(value.slice(0, 5)), to: minutesOf(value.slice(6)) }));

const cap = z
  .string()
  .regex(/^[1-9]\d{0,5}\/\d+(?:ms|s|m|h)$/, 'must be a number of messages and a time, such as 5/24h')
  .transform((value) => {
    const [count, window] = value.split('/');
    return { count: Number(count), windowMs: duration.parse(window) };
  })
  .refine(({ windowMs }) => windowMs > 0, 'must have a time that is longer than none');

const timeZone = z.string().refine((value) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch {
    return false;
  }
}, 'must be a time zone such as Europe/Amsterdam');

const uuids = listed
  .refine(
    (values) => values.every((value) => uuid.safeParse(value).success),
    'must be UUIDs, comma separated',
  )
  .transform((values) => values.map((value) => value.toLowerCase()));

/** Each variable by itself: its form and its default. */
export const variables = z.object({
  PORT: count(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: publicUrls.optional(),
  BIRD_API_URL: url.default('https://api.bird.com'),
  BIRD_ACCESS_KEY: headerValue.optional(),
  BIRD_WORKSPACE_ID: uuid.optional(),
  BIRD_ORGANIZATION_ID: uuid.optional(),
  BIRD_WEBHOOK_SIGNING_KEY: listed.default([]),
  BIRD_GET_RPS: count(0, 1_000_000).default(50),
  BIRD_POST_RPS: count(0, 1_000_000).default(500),
  COURIER_API_URL: url.optional(),
  COURIER_TOKEN: headerValue.optional(),
  COURIER_AUTHORIZATION: headerValue.optional(),
  COURIER_USERNAME: z.string().optional(),
  COURIER_PASSWORD: z.string().optional(),
  COURIER_LOGIN_URL: url.optional(),
  COURIER_FORWARD_AUTHORIZATION: oneOf('true', 'false').default('false'),
  AUTH: oneOf('none', 'jwt').optional(),
  AUTH_JWKS_URL: url.optional(),
  AUTH_JWT_SECRET: z.string().optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  CORS_ORIGINS: origins.default([]),
  CORS_LOOPBACK: oneOf('auto', 'on', 'off').default('auto'),
  METRICS_PORT: count(0, 65_535).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url.optional(),
  OTEL_SERVICE_NAME: z.string().default('pigeon'),
  OTEL_TRACES_SAMPLER_ARG: share.default(0.1),
  SANDBOX: oneOf('auto', 'on', 'off').default('auto'),
  DATA_DIR: z.string().default('.data'),
  DEFAULT_REGION: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be a country code such as DE')
    .optional(),
  DIRECTORY_INTERVAL: duration.default(10 * MINUTE_MS),
  DIRECTORY_MAX_AGE: duration.default(30 * MINUTE_MS),
  OUTBOX_MAX_AGE: duration.default(24 * 60 * MINUTE_MS),
  OUTBOX_MAX_ROWS: count(1000, 1_000_000_000).default(1_000_000),
  SEND_QUIET_HOURS: dayHours.optional(),
  SEND_CAP: cap.optional(),
  SEND_TOO_EARLY: oneOf('refuse', 'schedule').default('refuse'),
  SEND_TIME_ZONE: timeZone.default('UTC'),
  SEND_OPT_OUT_LISTS: uuids.default([]),
  FRESH_MS: count(0, 3_600_000).default(10_000),
  WORKERS: count(1, 256).default(1),
  SHARING: oneOf('on', 'off').default('on'),
  DEADLINE_MS: count(1, 600_000).default(10_000),
  DRAIN_DELAY_MS: count(0, 600_000).default(0),
  BUDGET_CALLS: count(1, 1_000_000).default(500),
  BUDGET_OBJECTS: count(1, 10_000_000).default(25_000),
  BUDGET_BYTES: count(1, 1_000_000_000).default(32 * 1024 * 1024),
  MAX_DEPTH: count(1, 1000).default(20),
  MAX_ALIASES: count(0, 100_000).default(100),
  MAX_TOKENS: count(1, 1_000_000).default(2000),
  CALLER_RPS: count(0, 1_000_000).default(0),
  PERSISTED_DOCUMENTS: z.string().optional(),
  PERSISTED_QUERY_ONLY: oneOf('true', 'false').default('false'),
  AUDIT: oneOf('on', 'off').default('off'),
  INTROSPECTION: oneOf('on', 'off').default('on'),
  GRAPHIQL: oneOf('on', 'off').default('on'),
  MCP: oneOf('off', 'read', 'write').default('off'),
  LOG_LEVEL: oneOf(...LOG_LEVELS).default('info'),
  REDIS_URL: redisUrl.optional(),
});

export type Variables = z.output<typeof variables>;

/** The faults of what must be true of several variables together. */
export const faultsOfAll = (env: Readonly<Record<string, string>>): string[] => {
  const faults: string[] = [];
  const has = (name: string) => env[name] !== undefined;
  const need = (name: string, why: string) => has(name) || faults.push(`${name}: is missing, ${why}`);

  const bird = Object.keys(env).filter((name) => /^BIRD_(?!GET_RPS|POST_RPS)/.test(name));
  if (bird.length > 0) {
    const why = `because ${bird.join(', ')} is set`;
    need('BIRD_ACCESS_KEY', why);
    need('BIRD_WORKSPACE_ID', why);
  }

  const forwards = env.COURIER_FORWARD_AUTHORIZATION === 'true';
  const courier = Object.keys(env).filter(
    (name) => name.startsWith('COURIER_') && (name !== 'COURIER_FORWARD_AUTHORIZATION' || forwards),
  );
  if (courier.length > 0) {
    const why = `because ${courier.join(', ')} is set`;
    need('COURIER_API_URL', why);
    const login = ['COURIER_USERNAME', 'COURIER_PASSWORD', 'COURIER_LOGIN_URL'].filter(has);
    const [chosen, ...others] = ['COURIER_TOKEN', 'COURIER_AUTHORIZATION', ...login.slice(0, 1)].filter(has);
    for (const other of others) {
      faults.push(`${other}: cannot stand beside ${chosen}, set one of them`);
    }
    if (login.length > 0 && others.length === 0) {
      need('COURIER_USERNAME', `because ${login.join(', ')} is set`);
      need('COURIER_PASSWORD', `because ${login.join(', ')} is set`);
    }
    if (!forwards && chosen === undefined) {
      need(
        'COURIER_TOKEN',
        `${why} (or COURIER_USERNAME and COURIER_PASSWORD, or COURIER_AUTHORIZATION, or COURIER_FORWARD_AUTHORIZATION=true)`,
      );
    }
  }

  const configured = [...bird, ...courier];
  if (env.SANDBOX === 'on' && configured.length > 0) {
    faults.push(`SANDBOX: cannot be on while ${configured.join(', ')} is set`);
  }
  if (env.SANDBOX === 'off' && configured.length === 0) {
    faults.push(
      'SANDBOX: is off and no upstream is configured: set BIRD_ACCESS_KEY and BIRD_WORKSPACE_ID, or COURIER_API_URL and COURIER_TOKEN (or COURIER_USERNAME and COURIER_PASSWORD), or SANDBOX=on',
    );
  }

  if (env.PERSISTED_QUERY_ONLY === 'true') {
    need('PERSISTED_DOCUMENTS', 'because PERSISTED_QUERY_ONLY is true and nothing else is run');
  }
  if (env.MCP === 'read' || env.MCP === 'write') {
    need('PERSISTED_DOCUMENTS', `because MCP=${env.MCP} and each of them is a tool`);
  }

  if (Number(env.WORKERS) > 1)
    need('REDIS_URL', `because WORKERS=${env.WORKERS} processes share what they keep there`);

  if (!has('AUTH') && has('HOST') && !isLoopback(env.HOST ?? '')) {
    faults.push(`AUTH: must be said (jwt or none) because HOST=${env.HOST} can be reached by others`);
  }
  if (env.AUTH === 'jwt') {
    if (!has('AUTH_JWT_SECRET')) need('AUTH_JWKS_URL', 'because AUTH=jwt (or AUTH_JWT_SECRET)');
    need('AUTH_ISSUER', 'because AUTH=jwt');
    need('AUTH_AUDIENCE', 'because AUTH=jwt');
    if (has('AUTH_JWT_SECRET') && Buffer.byteLength(env.AUTH_JWT_SECRET ?? '') < SECRET_BYTES) {
      faults.push('AUTH_JWT_SECRET: must be at least 32 bytes long, 256 bits');
    }
    if (has('AUTH_JWKS_URL') && has('AUTH_JWT_SECRET')) {
      faults.push('AUTH_JWT_SECRET: cannot stand beside AUTH_JWKS_URL, set one of them');
    }
  } else {
    for (const name of Object.keys(env).filter((name) => name.startsWith('AUTH_'))) {
      faults.push(`${name}: has no meaning without AUTH=jwt`);
    }
  }
  return faults;
};

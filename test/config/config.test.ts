import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.ts';
import { variables } from '../../src/config/variables.ts';
import { idOf } from '../support/ids.ts';

const WORKSPACE = idOf('workspace');
const BIRD = { BIRD_ACCESS_KEY: 'key', BIRD_WORKSPACE_ID: WORKSPACE };
const COURIER = { COURIER_API_URL: 'https://courier.example', COURIER_TOKEN: 'token' };
const LOGIN = {
  COURIER_API_URL: 'https://api.carium.example/courier',
  COURIER_USERNAME: 'pigeon',
  COURIER_PASSWORD: 'secret',
};
const JWT = {
  AUTH: 'jwt',
  AUTH_JWT_SECRET: 'a secret of at least thirty-two bytes',
  AUTH_ISSUER: 'https://id.example',
  AUTH_AUDIENCE: 'pigeon',
};

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('without any variable', () => {
  test('listens on loopback, to anybody, over the sandbox', () => {
    expect(readConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      publicUrl: undefined,
      bird: undefined,
      courier: undefined,
      sandbox: true,
      auth: { kind: 'none' },
      corsOrigins: [],
      dataDir: '.data',
      outbox: { ageMs: 86_400_000, rows: 1_000_000 },
      freshMs: 10_000,
      sharing: true,
      workers: 1,
      deadlineMs: 10_000,
      budgetCalls: 500,
      budgetObjects: 25_000,
      budgetBytes: 32 * 1024 * 1024,
      limits: { depth: 20, aliases: 100, tokens: 2000 },
      callerRps: 0,
      persisted: { documents: undefined, only: false },
      audit: false,
      introspection: true,
      graphiql: true,
      mcp: 'off',
      directoryIntervalMs: 600_000,
      logLevel: 'info',
    });
  });

  test('takes an empty variable for an absent one', () => {
    expect(readConfig({ PORT: '', BIRD_ACCESS_KEY: ' ', REDIS_URL: '' }).sandbox).toBe(true);
  });
});

describe('upstreams', () => {
  test('reads both and leaves the sandbox off', () => {
    const config = readConfig({
      ...BIRD,
      ...COURIER,
      BIRD_WEBHOOK_SIGNING_KEY: 'old, new',
      BIRD_GET_RPS: '5',
      BIRD_ORGANIZATION_ID: idOf('organization').toUpperCase(),
    });
    expect(config.sandbox).toBe(false);
    expect(config.bird).toEqual({
      url: 'https://api.bird.com',
      accessKey: 'key',
      workspaceId: WORKSPACE,
      organizationId: idOf('organization'),
      signingKeys: ['old', 'new'],
      getRps: 5,
      postRps: 500,
    });
    expect(config.courier).toEqual({
      url: 'https://courier.example',
      authorization: 'Bearer token',
      forwards: false,
    });
  });

  test('takes what one operation may use, and how large a document may be', () => {
    const config = readConfig({
      BUDGET_OBJECTS: '1000',
      BUDGET_BYTES: '5000',
      MAX_DEPTH: '5',
      MAX_ALIASES: '0',
      MAX_TOKENS: '300',
    });
    expect(config).toMatchObject({
      budgetObjects: 1000,
      budgetBytes: 5000,
      limits: { depth: 5, aliases: 0, tokens: 300 },
    });
  });

  test('takes documents that clients send by their ids, from the file of the client preset', () => {
    const folder = mkdtempSync(join(tmpdir(), 'pigeon-documents-'));
    const PERSISTED_DOCUMENTS = join(folder, 'persisted-documents.json');
    writeFileSync(PERSISTED_DOCUMENTS, JSON.stringify({ 'sha256:an id': '{ courier { id } }' }));
    const documents = new Map([['an id', '{ courier { id } }']]);
    expect(readConfig({ PERSISTED_DOCUMENTS })).toMatchObject({ persisted: { documents, only: false } });
    expect(readConfig({ PERSISTED_DOCUMENTS, PERSISTED_QUERY_ONLY: 'true' })).toMatchObject({
      persisted: { documents, only: true },
    });
    for (const text of ['', '[]', '{"id":7}', '{"":"{ a }"}', 'null']) {
      writeFileSync(PERSISTED_DOCUMENTS, text);
      expect(faultsOf({ PERSISTED_DOCUMENTS })).toEqual([
        'PERSISTED_DOCUMENTS: the file must be a JSON object of documents by their ids, as the client preset writes it',
      ]);
    }
    rmSync(folder, { recursive: true });
    expect(faultsOf({ PERSISTED_DOCUMENTS })).toEqual([
      'PERSISTED_DOCUMENTS: the file cannot be read (ENOENT)',
    ]);
    expect(faultsOf({ PERSISTED_QUERY_ONLY: 'true' })).toEqual([
      'PERSISTED_DOCUMENTS: is missing, because PERSISTED_QUERY_ONLY is true and nothing else is run',
    ]);
  });

  test('takes back the schema and the pages', () => {
    expect(readConfig({ INTROSPECTION: 'off', GRAPHIQL: 'off', AUDIT: 'on' })).toMatchObject({
      audit: true,
      introspection: false,
      graphiql: false,
    });
  });

  test('takes one alone', () => {
    expect(readConfig(BIRD)).toMatchObject({ sandbox: false, courier: undefined });
    expect(readConfig(COURIER)).toMatchObject({ sandbox: false, bird: undefined });
  });

  test('takes the whole header of courier where its scheme is another', () => {
    const { courier } = readConfig({
      COURIER_API_URL: 'https://c.example',
      COURIER_AUTHORIZATION: 'Token abc',
    });
    expect(courier?.authorization).toBe('Token abc');
  });

  test('logs in to courier at the root of its address, or where that is said', () => {
    expect(readConfig(LOGIN).courier).toEqual({
      url: 'https://api.carium.example/courier',
      authorization: undefined,
      login: {
        url: 'https://api.carium.example/identity/v1/login/',
        username: 'pigeon',
        password: 'secret',
      },
      forwards: false,
    });
    const elsewhere = { ...LOGIN, COURIER_LOGIN_URL: 'https://id.example/login' };
    expect(readConfig(elsewhere).courier?.login?.url).toBe('https://id.example/login');
  });

  test('takes a password to the letter', () => {
    const { courier } = readConfig({ ...LOGIN, COURIER_USERNAME: ' pigeon ', COURIER_PASSWORD: ' p w ' });
    expect(courier?.login).toMatchObject({ username: 'pigeon', password: ' p w ' });
  });

  test('needs no credential of its own where callers bring theirs', () => {
    const env = { COURIER_API_URL: 'https://c.example', COURIER_FORWARD_AUTHORIZATION: 'true' };
    expect(readConfig(env).courier).toEqual({
      url: 'https://c.example',
      authorization: undefined,
      forwards: true,
    });
  });
});

describe('faults', () => {
  const cases: [string, Record<string, string>, string[]][] = [
    [
      'names all that is missing of both upstreams at once',
      { BIRD_ACCESS_KEY: 'key', COURIER_TOKEN: 'token' },
      ['BIRD_WORKSPACE_ID', 'COURIER_API_URL'],
    ],
    ['wants Bird’s key beside its workspace', { BIRD_WORKSPACE_ID: WORKSPACE }, ['BIRD_ACCESS_KEY']],
    [
      'takes a URL or a signing key alone for half a Bird',
      { BIRD_API_URL: 'https://b.example', BIRD_WEBHOOK_SIGNING_KEY: 'k' },
      ['BIRD_ACCESS_KEY', 'BIRD_WORKSPACE_ID'],
    ],
    ['wants a credential beside courier’s URL', { COURIER_API_URL: 'https://c.example' }, ['COURIER_TOKEN']],
    [
      'wants a URL where callers’ own credentials go to courier',
      { COURIER_FORWARD_AUTHORIZATION: 'true' },
      ['COURIER_API_URL'],
    ],
    [
      'does not choose between two credentials',
      { ...COURIER, COURIER_AUTHORIZATION: 'x' },
      ['COURIER_AUTHORIZATION'],
    ],
    ['does not choose between a token and a login', { ...LOGIN, COURIER_TOKEN: 'x' }, ['COURIER_USERNAME']],
    [
      'does not choose between all three credentials',
      { ...LOGIN, COURIER_TOKEN: 'x', COURIER_AUTHORIZATION: 'y' },
      ['COURIER_AUTHORIZATION', 'COURIER_USERNAME'],
    ],
    [
      'wants no login’s address beside a token',
      { ...COURIER, COURIER_LOGIN_URL: 'https://id.example/' },
      ['COURIER_LOGIN_URL'],
    ],
    [
      'wants a password beside a username',
      { COURIER_API_URL: 'https://c.example', COURIER_USERNAME: 'pigeon' },
      ['COURIER_PASSWORD'],
    ],
    [
      'wants a username beside a password, and courier’s URL',
      { COURIER_PASSWORD: 'secret' },
      ['COURIER_API_URL', 'COURIER_USERNAME'],
    ],
    [
      'wants a username and a password beside a login’s address, for sweeps too',
      {
        COURIER_API_URL: 'https://c.example',
        COURIER_FORWARD_AUTHORIZATION: 'true',
        COURIER_LOGIN_URL: 'https://id.example/',
      },
      ['COURIER_USERNAME', 'COURIER_PASSWORD'],
    ],
    [
      'refuses a login’s address that is none',
      { ...LOGIN, COURIER_LOGIN_URL: '/login' },
      ['COURIER_LOGIN_URL'],
    ],
    ['does not overlook a name that is misspelt', { BIRD_ACCES_KEY: 'key' }, ['BIRD_ACCES_KEY']],
    [
      'does not overlook names that begin like ours',
      { ...BIRD, COURIER_TOKEN_: 'x', AUTH_JWT_SECRETS: 'x', DEADLINE_S: '1', BIRD_API_URL_FILE: '/x' },
      ['COURIER_TOKEN_', 'AUTH_JWT_SECRETS', 'DEADLINE_S', 'BIRD_API_URL_FILE'],
    ],
    ['refuses a workspace that is no UUID', { ...BIRD, BIRD_WORKSPACE_ID: '12' }, ['BIRD_WORKSPACE_ID']],
    [
      'refuses an organization that is no UUID',
      { ...BIRD, BIRD_ORGANIZATION_ID: 'x' },
      ['BIRD_ORGANIZATION_ID'],
    ],
    ['refuses a URL that is none', { ...COURIER, COURIER_API_URL: 'courier' }, ['COURIER_API_URL']],
    ['refuses another scheme', { ...BIRD, BIRD_API_URL: 'ftp://b.example' }, ['BIRD_API_URL']],
    ['refuses a token over two lines', { ...COURIER, COURIER_TOKEN: 'a\nb' }, ['COURIER_TOKEN']],
    ['wants a Redis for several processes', { WORKERS: '2' }, ['REDIS_URL']],
    ['refuses a port that is none', { PORT: '70000' }, ['PORT']],
    [
      'refuses numbers that are none, all of them',
      {
        PORT: 'x',
        DEADLINE_MS: '0',
        BUDGET_CALLS: '-1',
        BUDGET_OBJECTS: '0',
        MAX_DEPTH: 'deep',
        FRESH_MS: '1s',
        BIRD_GET_RPS: '1.5',
      },
      ['PORT', 'DEADLINE_MS', 'BUDGET_CALLS', 'BUDGET_OBJECTS', 'MAX_DEPTH', 'FRESH_MS', 'BIRD_GET_RPS'],
    ],
    [
      'refuses words it does not know',
      {
        AUTH: 'basic',
        SANDBOX: 'yes',
        LOG_LEVEL: 'loud',
        COURIER_FORWARD_AUTHORIZATION: '1',
        INTROSPECTION: 'false',
        SHARING: 'no',
      },
      ['AUTH', 'SANDBOX', 'LOG_LEVEL', 'COURIER_FORWARD_AUTHORIZATION', 'INTROSPECTION', 'SHARING'],
    ],
    [
      'refuses times without a unit',
      { DIRECTORY_INTERVAL: '600', DIRECTORY_MAX_AGE: 'soon' },
      ['DIRECTORY_INTERVAL', 'DIRECTORY_MAX_AGE'],
    ],
    ['refuses origins with a path, and null', { CORS_ORIGINS: 'https://a.example/x,null' }, ['CORS_ORIGINS']],
    ['refuses a region that is none', { DEFAULT_REGION: 'Germany' }, ['DEFAULT_REGION']],
    ['wants AUTH said where others can reach it', { HOST: '0.0.0.0' }, ['AUTH']],
    [
      'wants all that a token is checked by',
      { AUTH: 'jwt' },
      ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'],
    ],
    [
      'does not choose between two kinds of keys',
      { ...JWT, AUTH_JWKS_URL: 'https://id.example/keys' },
      ['AUTH_JWT_SECRET'],
    ],
    [
      'refuses a secret that can be guessed',
      { ...JWT, AUTH_JWT_SECRET: 'x'.repeat(31) },
      ['AUTH_JWT_SECRET'],
    ],
    [
      'does not overlook token settings without AUTH=jwt',
      { AUTH_ISSUER: 'https://id.example' },
      ['AUTH_ISSUER'],
    ],
    ['refuses the sandbox beside a real upstream', { ...BIRD, SANDBOX: 'on' }, ['SANDBOX']],
    ['refuses to stand before nothing', { SANDBOX: 'off' }, ['SANDBOX']],
    ['reads no cache behind http', { REDIS_URL: 'http://localhost:6379' }, ['REDIS_URL']],
    ['knows a database of Redis by its number', { REDIS_URL: 'redis://localhost/pigeon' }, ['REDIS_URL']],
  ];
  test.each(cases)('%s', (_, env, names) => {
    const faults = faultsOf(env);
    expect(faults.map((fault) => fault.split(':', 1)[0]).sort()).toEqual([...names].sort());
  });

  test('quotes no value', () => {
    const secret = 's3cret';
    const faults = faultsOf({
      BIRD_ACCESS_KEY: secret,
      BIRD_WORKSPACE_ID: secret,
      PORT: secret,
      AUTH: secret,
    });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain(secret);
  });
});

describe('other programs’ variables', () => {
  test('are none of ours', () => {
    const env = {
      LOG_FORMAT: 'json',
      REDIS_HOST: 'r',
      PORT_RANGE: '1-2',
      DATA_CENTER: 'x',
      BIRD: 'x',
      BIRDS_OF: 'x',
      // What Kubernetes sets for a service called `courier`.
      COURIER_SERVICE_HOST: '10.0.0.1',
      COURIER_SERVICE_PORT: '80',
      COURIER_SERVICE_PORT_HTTP: '80',
      COURIER_PORT: 'tcp://10.0.0.1:80',
      COURIER_PORT_80_TCP: 'tcp://10.0.0.1:80',
      COURIER_PORT_80_TCP_ADDR: '10.0.0.1',
      // Empty is absent.
      BIRD_ACCES_KEY: ' ',
    };
    expect(faultsOf(env)).toEqual([]);
    expect(readConfig(env).sandbox).toBe(true);
  });
});

describe('secrets in files', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pigeon-secrets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  test('are read for every secret, without the line’s end', () => {
    const config = readConfig({
      BIRD_ACCESS_KEY_FILE: file('key', 'key\n'),
      BIRD_WORKSPACE_ID: WORKSPACE,
      BIRD_WEBHOOK_SIGNING_KEY_FILE: file('signing', 'old, new\n'),
      COURIER_API_URL: 'https://c.example',
      COURIER_USERNAME_FILE: file('username', 'pigeon\r\n'),
      COURIER_PASSWORD_FILE: file('password', ' p w \n'),
      REDIS_URL_FILE: file('redis', 'redis://:p@localhost:6379'),
      AUTH: 'jwt',
      AUTH_JWT_SECRET_FILE: file('jwt', 'a shared secret of thirty-two bytes and more\n'),
      AUTH_ISSUER: 'https://id.example',
      AUTH_AUDIENCE: 'pigeon',
    });
    expect(config).toMatchObject({
      bird: { accessKey: 'key', signingKeys: ['old', 'new'] },
      courier: { login: { username: 'pigeon', password: ' p w ' } },
      redisUrl: 'redis://:p@localhost:6379',
      auth: { keys: { secret: 'a shared secret of thirty-two bytes and more' } },
    });
    const token = { COURIER_API_URL: 'https://c.example', COURIER_TOKEN_FILE: file('token', 'abc\n') };
    expect(readConfig(token).courier?.authorization).toBe('Bearer abc');
    const header = {
      COURIER_API_URL: 'https://c.example',
      COURIER_AUTHORIZATION_FILE: file('header', 'Token abc'),
    };
    expect(readConfig(header).courier?.authorization).toBe('Token abc');
  });

  test('are refused by the names that were written, and never quoted', () => {
    const secret = 's3cret';
    expect(
      faultsOf({
        BIRD_ACCESS_KEY: 'key',
        BIRD_ACCESS_KEY_FILE: file('twice', secret),
        COURIER_TOKEN_FILE: file('lines', `${secret}\n${secret}`),
        REDIS_URL_FILE: file('none', ' \n'),
        AUTH_JWT_SECRET_FILE: secret,
      }),
    ).toEqual([
      'BIRD_ACCESS_KEY_FILE: cannot stand beside BIRD_ACCESS_KEY, set one of them',
      'AUTH_JWT_SECRET_FILE: the file cannot be read (ENOENT)',
      'REDIS_URL_FILE: the file is empty',
      'COURIER_TOKEN_FILE: must be plain ASCII on one line',
      'BIRD_WORKSPACE_ID: is missing, because BIRD_ACCESS_KEY is set',
      'COURIER_API_URL: is missing, because COURIER_TOKEN_FILE is set',
      'AUTH_JWT_SECRET_FILE: has no meaning without AUTH=jwt',
    ]);
  });
});

describe('who may come in', () => {
  test('asks nobody on loopback, and elsewhere only where that was said', () => {
    for (const HOST of ['localhost', '127.0.0.1', '::1']) {
      expect(readConfig({ HOST }).auth).toEqual({ kind: 'none' });
    }
    expect(readConfig({ HOST: '0.0.0.0', AUTH: 'none' }).auth).toEqual({ kind: 'none' });
  });

  test('checks tokens by a secret or by published keys', () => {
    expect(readConfig(JWT).auth).toEqual({
      kind: 'jwt',
      keys: { secret: JWT.AUTH_JWT_SECRET },
      issuer: 'https://id.example',
      audience: 'pigeon',
    });
    const { AUTH_JWT_SECRET: _, ...rest } = JWT;
    expect(readConfig({ ...rest, AUTH_JWKS_URL: 'https://id.example/keys' }).auth).toMatchObject({
      keys: { jwksUrl: 'https://id.example/keys' },
    });
  });

  test('reads the address from outside without its last slash', () => {
    expect(readConfig({ PUBLIC_URL: 'https://pigeon.example/' }).publicUrl).toBe('https://pigeon.example');
  });

  test('reads further addresses behind the first one', () => {
    const { publicUrl, otherPublicUrls } = readConfig({
      PUBLIC_URL: 'https://a.example/, https://b.example',
    });
    expect({ publicUrl, otherPublicUrls }).toEqual({
      publicUrl: 'https://a.example',
      otherPublicUrls: ['https://b.example'],
    });
    expect(faultsOf({ PUBLIC_URL: 'https://a.example,b.example' })).toHaveLength(1);
  });

  test('lets pages of this machine in where the sandbox runs, unless that is said', () => {
    expect(readConfig({}).corsLoopback).toBe(true);
    expect(readConfig({ CORS_LOOPBACK: 'off' }).corsLoopback).toBe(false);
    expect(readConfig(BIRD).corsLoopback).toBe(false);
    expect(readConfig({ ...BIRD, CORS_LOOPBACK: 'on' }).corsLoopback).toBe(true);
  });
});

describe('what operators watch', () => {
  test('is not traced, and has no port of its own, unless that is said', () => {
    expect(readConfig({})).toMatchObject({ metricsPort: undefined, tracing: undefined });
    expect(
      readConfig({ METRICS_PORT: '9100', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/' }),
    ).toMatchObject({
      metricsPort: 9100,
      tracing: { url: 'http://collector:4318', serviceName: 'pigeon', ratio: 0.1 },
    });
    expect(faultsOf({ OTEL_TRACES_SAMPLER_ARG: '1.5' })).toEqual([
      'OTEL_TRACES_SAMPLER_ARG: must be between 0 and 1',
    ]);
  });

  test('leaves other variables of OpenTelemetry to its own library', () => {
    expect(faultsOf({ OTEL_EXPORTER_OTLP_HEADERS: 'x=y', OTEL_BSP_SCHEDULE_DELAY: '100' })).toEqual([]);
  });
});

describe('the README', () => {
  test('names every variable in its table, and none that there is not', () => {
    const table = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8').match(/^\| `[A-Z].*$/gm);
    const named = (table ?? []).flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)]);
    const inOthers = ['AUTH_JWKS_URL', 'AUTH_JWT_SECRET', 'AUTH_ISSUER', 'AUTH_AUDIENCE'];
    expect([...named.map(([, name]) => name), ...inOthers].toSorted()).toEqual(
      Object.keys(variables.shape).toSorted(),
    );
  });
});

describe('what holds for every message to a person', () => {
  test('is nothing unless it is said', () => {
    expect(readConfig({}).sendRules).toEqual({
      quietHours: undefined,
      cap: undefined,
      otherwise: 'refuse',
      timeZone: 'UTC',
      optOutLists: [],
    });
  });

  test('is read', () => {
    const rules = {
      SEND_QUIET_HOURS: '21:30-08:00',
      SEND_CAP: '5/24h',
      SEND_TOO_EARLY: 'schedule',
      SEND_TIME_ZONE: 'Europe/Amsterdam',
      SEND_OPT_OUT_LISTS: ` ${WORKSPACE}, `,
    };
    expect(readConfig(rules).sendRules).toEqual({
      quietHours: { from: 1290, to: 480 },
      cap: { count: 5, windowMs: 86_400_000 },
      otherwise: 'schedule',
      timeZone: 'Europe/Amsterdam',
      optOutLists: [WORKSPACE],
    });
  });

  test.each([
    ['SEND_QUIET_HOURS', '21-8'],
    ['SEND_QUIET_HOURS', '25:00-08:00'],
    ['SEND_QUIET_HOURS', '08:00-08:00'],
    ['SEND_CAP', '5'],
    ['SEND_CAP', '0/24h'],
    ['SEND_CAP', '5/0h'],
    ['SEND_TOO_EARLY', 'drop'],
    ['SEND_TIME_ZONE', 'Mars/Olympus'],
    ['SEND_OPT_OUT_LISTS', 'everybody'],
    ['SEND_QUIET_HOUR', '21:00-08:00'],
  ])('%s=%s is one fault', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(new RegExp(`^${name}: `));
  });
});

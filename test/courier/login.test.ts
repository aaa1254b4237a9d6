import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { keptLog, LOGIN, type LoginUpstream, PASSWORD, startLogin, USERNAME } from '../support/login.ts';
import { raw } from '../support/raw.ts';
import { smallSchema } from '../support/schema.ts';

/** Waits for what I/O brings about, also where the machine is busy. */
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTime(count * 1000);

const start = async (courier: LoginUpstream, options: TestGatewayOptions = {}) => {
  const kept = keptLog();
  const gateway = await startTestGateway({
    courier: courier.config,
    schema: smallSchema(),
    log: kept.log,
    deadlineMs: 10_000,
    ...options,
  });
  const thing = async (id = '1') => (await gateway.ask(`{ thing(id: "${id}") }`)).body;
  const change = async () => (await gateway.ask('mutation { change }')).body;
  const readiness = async () => {
    const { status, text } = await raw(`${gateway.url}/readyz`);
    return `${status} ${text.trim()}`;
  };
  return Object.assign(gateway, kept, { thing, change, readiness });
};

const GOOD = { data: { thing: '{"name":"Ada"}' } };
const CHANGED = { data: { change: '{"name":"Ada"}' } };
const failing = (extensions: object) => ({ errors: [{ extensions }] });
const LOGIN_CALL = { api: 'courier', method: 'POST', path: LOGIN };

describe('a login', () => {
  test('is made once at the start, and its token goes with every call', async () => {
    await using courier = await startLogin();
    await using gateway = await start(courier);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => gateway.thing(String(n))));
    expect(answers).toEqual(Array.from({ length: 100 }, () => GOOD));
    expect(await gateway.change()).toEqual(CHANGED);
    expect(courier.logins()).toBe(1);
    expect(courier.asked.find(({ path }) => path === LOGIN)).toMatchObject({
      method: 'POST',
      body: { username: USERNAME, password: PASSWORD, 'access-token-expiration-seconds': 3600 },
    });
    expect(courier.asked.find(({ path }) => path === LOGIN)?.headers).not.toHaveProperty('authorization');
    expect(new Set(courier.things().map((line) => line.split(' ').at(-1)))).toEqual(new Set(['1']));
    expect(await gateway.readiness()).toBe('200 ok');
    expect(gateway.warnings()).toEqual([]);
  });

  test('is waited for by all together', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    await using courier = await startLogin();
    courier.onLogin = { until: promise };
    await using gateway = await start(courier);
    const answers = Promise.all(Array.from({ length: 100 }, (_, n) => gateway.thing(String(n))));
    await soon(() => expect(courier.logins()).toBe(1));
    resolve();
    expect(await answers).toEqual(Array.from({ length: 100 }, () => GOOD));
    expect(courier.logins()).toBe(1);
  });

  test('is repeated when its connection breaks', async () => {
    await using courier = await startLogin();
    courier.onLogin = () => (courier.logins() === 1 ? { destroy: true } : {});
    await using gateway = await start(courier);
    expect(await gateway.thing()).toEqual(GOOD);
    expect(gateway.warnings()).toEqual([]);
  });
});

describe('a token', () => {
  test.each([
    ['told', true],
    ['not told', false],
  ])(
    'of 20 seconds, %s, fails no query of a hundred at a time for a minute',
    async (_, tells) => {
      await using courier = await startLogin({ seconds: 20, tells });
      await using gateway = await start(courier);
      for (let round = 0; round < 8; round += 1) {
        const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => gateway.thing(String(n))));
        expect(answers.filter(({ errors }) => errors)).toEqual([]);
        seconds(8);
      }
      // Told, it is renewed by the call after 16 of its 20 seconds; not told, when a call after 20 is refused.
      expect(courier.logins()).toBe(tells ? 4 : 3);
      expect(gateway.warnings()).toEqual([]);
    },
    60_000,
  );

  test('that ends while many calls are under way is renewed once for them all', async () => {
    const held = Promise.withResolvers<void>();
    let waiting = 0;
    const ended = { status: 401, body: { errors: [] } };
    await using courier = await startLogin({
      answer: async ({ headers }) => {
        if (headers.authorization !== 'Bearer token-1') return { body: { name: 'Ada' } };
        waiting += 1;
        await held.promise;
        return ended;
      },
    });
    await using gateway = await start(courier);
    const answers = Promise.all(Array.from({ length: 40 }, (_, n) => gateway.thing(String(n))));
    await soon(() => expect(waiting).toBe(40));
    held.resolve();
    expect(await answers).toEqual(Array.from({ length: 40 }, () => GOOD));
    expect(courier.logins()).toBe(2);
  });

  test('is renewed before its end, in the background of a call', async () => {
    const slow = Promise.withResolvers<void>();
    await using courier = await startLogin();
    await using gateway = await start(courier);
    await gateway.thing();
    courier.onLogin = { until: slow.promise };
    seconds(3290);
    await gateway.thing();
    expect(courier.logins()).toBe(1);
    seconds(20);
    expect(await gateway.thing()).toEqual(GOOD);
    await soon(() => expect(courier.logins()).toBe(2));
    expect(await gateway.thing()).toEqual(GOOD);
    slow.resolve();
    await soon(async () => {
      await gateway.thing();
      expect(courier.things().at(-1)).toBe('GET /v1/things/1/ token 2');
    });
    expect(courier.things().slice(0, 4)).toEqual(Array(4).fill('GET /v1/things/1/ token 1'));
    expect(courier.logins()).toBe(2);
  });

  test('keeps on when its renewal fails, and is renewed later', async () => {
    await using courier = await startLogin();
    await using gateway = await start(courier);
    await gateway.thing();
    courier.onLogin = { status: 500 };
    seconds(3400);
    expect(await gateway.thing()).toEqual(GOOD);
    await soon(() => expect(gateway.warnings()).toEqual(['Pigeon cannot log in']));
    expect(await gateway.thing()).toEqual(GOOD);
    expect(await gateway.readiness()).toBe('200 ok');
    courier.onLogin = {};
    seconds(5);
    expect(await gateway.thing()).toEqual(GOOD);
    await soon(() => expect(courier.logins()).toBe(3));
    seconds(300);
    expect(await gateway.thing()).toEqual(GOOD);
    expect(courier.things().at(-1)).toBe('GET /v1/things/1/ token 2');
  });

  test('that ended while nobody asked is no fault', async () => {
    await using courier = await startLogin({ seconds: 60 });
    await using gateway = await start(courier);
    await gateway.thing();
    seconds(3600);
    expect(await gateway.readiness()).toBe('200 ok');
    expect(await gateway.thing()).toEqual(GOOD);
    expect(courier.logins()).toBe(2);
  });
});

describe('a 401', () => {
  test('has the token renewed and the read repeated, once', async () => {
    await using courier = await startLogin();
    await using gateway = await start(courier);
    await gateway.thing();
    courier.revoke();
    expect(await gateway.thing()).toEqual(GOOD);
    expect(courier.things()).toEqual([1, 1, 2].map((token) => `GET /v1/things/1/ token ${token}`));
    expect(courier.logins()).toBe(2);
    expect(gateway.warnings()).toEqual([]);
  });

  test('has a change repeated too: what was refused so was not done', async () => {
    await using courier = await startLogin();
    await using gateway = await start(courier);
    await gateway.thing();
    courier.revoke();
    expect(await gateway.change()).toEqual(CHANGED);
    expect(courier.things().slice(1)).toEqual(['POST /v1/things/ token 1', 'POST /v1/things/ token 2']);
  });

  test.each([
    [{ status: 403 }, 'UPSTREAM_REFUSED'],
    [{ status: 500 }, 'UPSTREAM_UNAVAILABLE'],
    [{ status: 502 }, 'OUTCOME_UNKNOWN'],
    [{ status: 503 }, 'UPSTREAM_UNAVAILABLE'],
    [{ status: 429 }, 'RATE_LIMITED'],
    [{ destroy: true }, 'OUTCOME_UNKNOWN'],
  ])('and nothing else does: %j to a change is %s', async (answer, code) => {
    await using courier = await startLogin({ answer });
    await using gateway = await start(courier);
    expect(await gateway.change()).toMatchObject(failing({ code }));
    expect(courier.things()).toEqual(['POST /v1/things/ token 1']);
    expect(courier.logins()).toBe(1);
  });

  test('to a new token too is told, and makes no more tokens for a while', async () => {
    const refused = { status: 401, body: { errors: [] } };
    await using courier = await startLogin({
      answer: ({ path }) => (path === '/v1/things/' ? refused : { body: { name: 'Ada' } }),
    });
    await using gateway = await start(courier);
    await gateway.thing();
    for (let n = 0; n < 10; n += 1) {
      expect(await gateway.change()).toMatchObject(
        failing({ code: 'UPSTREAM_REFUSED', upstream: { path: '/v1/things/', status: 401 } }),
      );
      expect(await gateway.thing()).toEqual(GOOD);
    }
    expect(courier.logins()).toBe(2);
    // Another operation's refusal still counts.
    courier.revoke();
    expect(await gateway.thing()).toEqual(GOOD);
    expect(courier.logins()).toBe(3);
    seconds(61);
    await gateway.change();
    expect(courier.logins()).toBe(4);
    expect(new Set(gateway.warnings())).toEqual(new Set(['an upstream refuses Pigeon’s credential']));
  });

  test('to a token that a slow login gave makes no more of them either', async () => {
    await using courier = await startLogin({ answer: { status: 401, body: { errors: [] } } });
    await using gateway = await start(courier);
    courier.onLogin = () => {
      seconds(5);
      return {};
    };
    for (let n = 0; n < 5; n += 1) {
      expect(await gateway.thing()).toMatchObject(failing({ code: 'UPSTREAM_REFUSED' }));
    }
    expect(courier.logins()).toBe(2);
  });

  test('while the login is down is told as that, and others keep the token', async () => {
    await using courier = await startLogin({
      answer: ({ path }) => (path === '/v1/things/2/' ? { status: 401 } : { body: { name: 'Ada' } }),
    });
    await using gateway = await start(courier);
    await gateway.thing();
    courier.onLogin = { status: 500 };
    expect(await gateway.thing('2')).toMatchObject(
      failing({ code: 'UPSTREAM_UNAVAILABLE', upstream: { ...LOGIN_CALL, status: 500 } }),
    );
    expect(await gateway.thing()).toEqual(GOOD);
  });

  test('of a caller’s own credential stays theirs', async () => {
    await using courier = await startLogin();
    await using gateway = await start(courier, {
      courier: { ...courier.config, forwards: true },
    });
    await soon(() => expect(courier.logins()).toBe(1));
    const { body } = await gateway.ask(
      '{ thing(id: 1) }',
      {},
      {
        headers: { 'x-courier-authorization': 'Bearer mine' },
      },
    );
    expect(body).toMatchObject(failing({ code: 'UNAUTHENTICATED' }));
    expect(courier.things()).toEqual(['GET /v1/things/1/ token none']);
    expect(courier.logins()).toBe(1);
  });
});

describe('a login that fails', () => {
  test('for its password is refused, seldom tried again, warned of once, and not ready', async () => {
    await using courier = await startLogin();
    const login = { ...courier.config.login, password: 'wr0ng-one' } as never;
    await using gateway = await start(courier, { courier: { ...courier.config, login } });
    const refused = failing({
      code: 'UPSTREAM_REFUSED',
      upstream: { ...LOGIN_CALL, status: 401 },
      retryable: false,
    });
    expect(await gateway.thing()).toMatchObject(refused);
    expect(await Promise.all(Array.from({ length: 20 }, () => gateway.change()))).toMatchObject(
      Array(20).fill(refused),
    );
    expect(courier.logins()).toBe(1);
    const readiness = await gateway.readiness();
    expect(readiness).toBe(
      `503 Pigeon’s username or password is refused: courier answered 401 to POST ${LOGIN}`,
    );
    // 5 seconds, then 10, 20, 40 … up to 5 minutes.
    for (let second = 0; second < 3600; second += 1) {
      seconds(1);
      if (second % 5 === 1) await gateway.readiness();
      else if (second % 60 === 0) expect(await gateway.thing()).toMatchObject(refused);
    }
    expect(courier.logins()).toBeLessThanOrEqual(18);
    expect(courier.logins()).toBeGreaterThanOrEqual(15);
    expect(courier.things()).toEqual([]);
    expect(gateway.warnings()).toEqual(['Pigeon cannot log in']);
    const { text: metrics } = await raw(`${gateway.url}/metrics`);
    expect(metrics).toContain(`method="POST",path="${LOGIN}",outcome="4xx"`);
    const told = JSON.stringify([await gateway.thing(), readiness, metrics]) + gateway.lines.join();
    for (const secret of [USERNAME, 'wr0ng-one', PASSWORD.trim()]) expect(told).not.toContain(secret);
  }, 60_000);

  test('because it is down is unavailable, until it is back', async () => {
    await using courier = await startLogin();
    courier.onLogin = { destroy: true };
    await using gateway = await start(courier);
    const down = { code: 'UPSTREAM_UNAVAILABLE', upstream: LOGIN_CALL, retryable: true, retryAfter: 1 };
    expect(await gateway.thing()).toMatchObject(failing(down));
    expect(await gateway.change()).toMatchObject(failing(down));
    expect(await gateway.readiness()).toBe(
      `503 Pigeon cannot log in: courier could not be reached for POST ${LOGIN}`,
    );
    expect(await gateway.ask('{ hello }')).toMatchObject({ body: { data: { hello: 'hello you' } } });
    courier.onLogin = {};
    seconds(2);
    await soon(async () => expect(await gateway.readiness()).toBe('200 ok'));
    expect(await gateway.thing()).toEqual(GOOD);
    expect(courier.things()).toEqual(['GET /v1/things/1/ token 1']);
    expect(gateway.warnings()).toEqual(['Pigeon cannot log in']);
  });

  test.each([
    ['no token', { body: { token: 's3cret' } }],
    ['a token that no header can hold', { body: { 'access-token': 's3cret\nx' } }],
    ['no JSON', { raw: 's3cret' }],
  ])('by an answer with %s is invalid', async (_, answer) => {
    await using courier = await startLogin();
    courier.onLogin = answer;
    await using gateway = await start(courier);
    const body = await gateway.thing();
    expect(body).toMatchObject(failing({ code: 'UPSTREAM_INVALID_RESPONSE', upstream: LOGIN_CALL }));
    expect(JSON.stringify(body) + gateway.lines.join()).not.toContain('s3cret');
  });

  test.each([
    [400, 'UPSTREAM_REFUSED'],
    [403, 'UPSTREAM_REFUSED'],
    [404, 'UPSTREAM_UNAVAILABLE'],
    [422, 'UPSTREAM_REFUSED'],
    [429, 'UPSTREAM_UNAVAILABLE'],
    [500, 'UPSTREAM_UNAVAILABLE'],
  ])('by %i is %s, to reads and changes alike', async (status, code) => {
    await using courier = await startLogin();
    courier.onLogin = { status };
    await using gateway = await start(courier);
    const error = failing({ code, upstream: { ...LOGIN_CALL, status } });
    expect(await gateway.thing()).toMatchObject(error);
    expect(await gateway.change()).toMatchObject(error);
  });

  test('by being slow ends nobody’s waiting but at their own deadline, and goes on for the next', async () => {
    const slow = Promise.withResolvers<void>();
    await using courier = await startLogin();
    courier.onLogin = { until: slow.promise };
    await using gateway = await start(courier, { deadlineMs: 300 });
    const late = failing({ code: 'UPSTREAM_TIMEOUT', retryable: true });
    // A change that waited was not sent, so that its outcome is known.
    expect(await Promise.all([gateway.thing(), gateway.change()])).toMatchObject([late, late]);
    expect(await gateway.readiness()).toBe('503 Pigeon is logging in to courier');
    slow.resolve();
    await soon(async () => expect(await gateway.readiness()).toBe('200 ok'));
    expect(await gateway.thing()).toEqual(GOOD);
    expect(courier.logins()).toBe(1);
    expect(courier.things()).toEqual(['GET /v1/things/1/ token 1']);
  });

  test('is not given up when a client who waits goes away', async () => {
    const slow = Promise.withResolvers<void>();
    await using courier = await startLogin();
    courier.onLogin = { until: slow.promise };
    await using gateway = await start(courier);
    const controller = new AbortController();
    const gone = gateway.ask('{ thing(id: 1) }', {}, { signal: controller.signal }).catch(() => 'gone');
    await soon(() => expect(courier.logins()).toBe(1));
    const waits = gateway.thing('2');
    controller.abort();
    expect(await gone).toBe('gone');
    slow.resolve();
    expect(await waits).toEqual(GOOD);
    expect(courier.logins()).toBe(1);
  });

  test('keeps no gateway from closing', async () => {
    await using courier = await startLogin();
    courier.onLogin = { until: new Promise(() => {}) };
    const gateway = await start(courier);
    await soon(() => expect(courier.logins()).toBe(1));
    await gateway.close();
    expect(gateway.warnings()).toEqual([]);
  });
});

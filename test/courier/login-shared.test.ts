import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { openDirectory, type RunningDirectory } from '../../src/joined/directory.ts';
import { holder } from '../joined/directory.ts';
import { startTestGateway } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { keptLog, LOGIN, type LoginUpstream, PASSWORD, startLogin, USERNAME } from '../support/login.ts';
import { startUpstream } from '../support/upstream.ts';
import { individual, many, one } from './samples.ts';

/** Waits for what I/O brings about, also where the machine is busy. */
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const seconds = (count: number) => vi.advanceTimersByTime(count * 1000);

describe('what is kept under a credential', () => {
  test('outlives its tokens', async () => {
    await using courier = await startLogin({
      seconds: 60,
      more: { [`GET /v1/individuals/${idOf('ada')}/`]: one(individual('ada')) },
    });
    await using gateway = await startTestGateway({ courier: courier.config, freshMs: 600_000 });
    const ask = async () =>
      (await gateway.ask(`{ courier { individual(id: "${idOf('ada')}") { firstName } } }`)).body;
    const found = { data: { courier: { individual: { firstName: 'ada' } } } };
    expect(await ask()).toEqual(found);
    seconds(50);
    expect(await ask()).toEqual(found);
    courier.revoke();
    seconds(50);
    expect(await ask()).toEqual(found);
    expect(courier.things()).toHaveLength(1);
  });
});

describe('the directory', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'pigeon-login-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  const startSwept = async (courier: LoginUpstream) => {
    const kept = keptLog();
    let directory: RunningDirectory | undefined;
    const gateway = await startTestGateway({
      courier: courier.config,
      log: kept.log,
      directory: ({ services }) => {
        if (!services.courier) return undefined;
        directory = openDirectory({
          courier: services.courier,
          dataDir,
          intervalMs: 0,
          maxAgeMs: 3_600_000,
          defaultRegion: undefined,
          warn: services.warn,
        });
        return directory;
      },
    });
    if (!directory) throw new Error('the gateway opened no directory');
    return Object.assign(gateway, kept, { directory });
  };

  test('is swept by the current token, and known again after a restart by the same account', async () => {
    await using courier = await startLogin({
      seconds: 60,
      more: { 'GET /v1/users/': many([holder('ada', { email: 'ada@example.com' })]) },
    });
    const before = await startSwept(courier);
    expect(await before.directory.sweep()).toBe(true);
    seconds(600);
    expect(await before.directory.sweep()).toBe(true);
    courier.revoke();
    expect(await before.directory.sweep()).toBe(true);
    expect(courier.things()).toEqual([1, 2, 2, 3].map((token) => `GET /v1/users/ token ${token}`));
    await before.close();
    const after = await startSwept(courier);
    expect(after.directory.holders('email', 'ada@example.com')).toHaveLength(1);
    await after.close();
    Object.assign(courier.config.login, { password: 'another' });
    await using others = await startSwept(courier);
    expect(others.directory.holders('email', 'ada@example.com')).toBeUndefined();
  });

  test('leaves it to the login to warn of a password that is refused', async () => {
    await using courier = await startLogin();
    courier.onLogin = { status: 401 };
    const kept = keptLog();
    let tries = 0;
    await using _gateway = await startTestGateway({
      courier: courier.config,
      log: kept.log,
      directory: ({ services: { courier: upstream, warn } }) =>
        upstream &&
        openDirectory({
          courier: {
            ...upstream,
            send: (call) => {
              tries += 1;
              return upstream.send(call);
            },
          },
          dataDir,
          intervalMs: 1,
          maxAgeMs: 3_600_000,
          defaultRegion: undefined,
          warn,
        }),
    });
    await soon(() => expect(tries).toBeGreaterThan(3));
    expect(kept.warnings()).toEqual(['Pigeon cannot log in']);
    expect(courier.logins()).toBe(1);
  });
});

describe('an address with a path', () => {
  test('has the path before every operation, and the login at its root', async () => {
    const type = { headers: { 'content-type': 'application/vnd.api+json' } };
    await using courier = await startUpstream({
      [`POST ${LOGIN}`]: { ...type, body: { data: { attributes: { 'access-token': 'token-1' } } } },
      [`GET /courier/v1/individuals/${idOf('ada')}/`]: { ...type, ...one(individual('ada')) },
    });
    const config = readConfig({
      COURIER_API_URL: `${courier.url}/courier/`,
      COURIER_USERNAME: USERNAME,
      COURIER_PASSWORD: PASSWORD,
    });
    await using gateway = await startTestGateway({ courier: config.courier });
    const { body } = await gateway.ask(`{
      courier { individual(id: "${idOf('ada')}") { firstName } }
    }`);
    expect(body).toEqual({ data: { courier: { individual: { firstName: 'ada' } } } });
    expect(courier.asked.map(({ method, path, headers }) => [method, path, headers.authorization])).toEqual([
      ['POST', LOGIN, undefined],
      ['GET', `/courier/v1/individuals/${idOf('ada')}/`, 'Bearer token-1'],
    ]);
    expect(courier.asked[1]?.headers.accept).toContain('application/vnd.api+json');
  });

  test('may have its login elsewhere', async () => {
    await using login = await startUpstream({ 'POST /auth/login': { body: { 'access-token': 'token-1' } } });
    await using courier = await startUpstream({
      [`GET /courier/v1/individuals/${idOf('ada')}/`]: one(individual('ada')),
    });
    const config = readConfig({
      COURIER_API_URL: `${courier.url}/courier`,
      COURIER_USERNAME: USERNAME,
      COURIER_PASSWORD: PASSWORD,
      COURIER_LOGIN_URL: `${login.url}/auth/login`,
    });
    await using gateway = await startTestGateway({ courier: config.courier });
    const { body } = await gateway.ask(`{ courier { individual(id: "${idOf('ada')}") { firstName } } }`);
    expect(body.errors).toBeUndefined();
    expect(login.calls()).toEqual(['POST /auth/login']);
    expect(courier.asked).toHaveLength(1);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startLiveGateway } from '../support/sandbox.ts';
import { ask, started } from './ask.ts';

/** Waits for what I/O brings about, also where the machine is busy. */
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000 });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const LOGIN = '/identity/v1/login/';

describe('courier’s login', () => {
  it('gives tokens that end soon', async () => {
    await using running = await started();
    const { sandbox, courier } = running;
    const { username, password, url } = sandbox.courier.login;
    expect(url).toBe(sandbox.courier.url + LOGIN);
    const login = () =>
      ask(sandbox, 'courier', 'POST', LOGIN, {
        username,
        password,
        'access-token-expiration-seconds': 3600,
      });
    const { status, body } = await login();
    expect([status, body['access-token-expiration-seconds']]).toEqual([200, 60]);
    const as = (token: string) =>
      courier('GET', '/organizations/', undefined, { authorization: `Bearer ${token}` });
    expect((await as(body['access-token'])).status).toBe(200);
    vi.advanceTimersByTime(30_000);
    const second = (await login()).body['access-token'];
    vi.advanceTimersByTime(31_000);
    expect((await as(second)).status).toBe(200);
    expect(await as(body['access-token'])).toMatchObject({
      status: 401,
      body: { errors: [{ code: 'Unauthorized', status: 401 }] },
    });
  });

  it.each([
    ['a wrong password', { password: 'x' }, 401],
    ['another name', { username: 'x' }, 401],
    ['no password', { password: undefined }, 400],
    ['a life that is too long', { 'access-token-expiration-seconds': 3601 }, 400],
  ])('refuses %s', async (_, more, status) => {
    await using running = await started();
    const { username, password } = running.sandbox.courier.login;
    const answer = await ask(running.sandbox, 'courier', 'POST', LOGIN, { username, password, ...more });
    expect(answer).toMatchObject({ status, body: { errors: [{ status }] } });
  });

  it('is where Pigeon has its tokens from, before they end and after', async () => {
    await using gateway = await startLiveGateway();
    const logins = () => gateway.sandbox.asked.filter(({ url }) => url === LOGIN).length;
    const answered = async () => {
      const { body } = await gateway.ask(
        `{ courier { channels(first: 5) { nodes { name } } individual(id: "${gateway.sandbox.fixtureIds.courierIndividualId}") { firstName } } }`,
      );
      expect(body).toMatchObject({ data: { courier: { individual: { firstName: 'Amina' } } } });
      expect(body.errors).toBeUndefined();
    };
    await answered();
    expect(logins()).toBe(1);
    vi.advanceTimersByTime(50_000);
    await answered();
    await soon(() => expect(logins()).toBe(2));
    vi.advanceTimersByTime(300_000);
    await answered();
    expect(logins()).toBe(3);
  });
});

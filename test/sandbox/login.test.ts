import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, started } from './ask.ts';

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
});

import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { tokenOf } from '../../src/courier/login.ts';

const NAME = 'access-token';
const HOUR = 3_600_000;

const jwt = (issued: number | undefined, ends: number | undefined): Promise<string> => {
  const token = new SignJWT({}).setProtectedHeader({ alg: 'HS256' });
  const now = Math.floor(Date.now() / 1000);
  if (issued !== undefined) token.setIssuedAt(now + issued);
  if (ends !== undefined) token.setExpirationTime(now + ends);
  return token.sign(new TextEncoder().encode('any'));
};

describe('the answer to a login', () => {
  test.each<[string, unknown]>([
    ['by itself', { [NAME]: 't' }],
    ['beside other things', { [NAME]: 't', 'refresh-token': 'r', meta: {} }],
    ['as an attribute', { data: { type: 'login', attributes: { [NAME]: 't' } } }],
    ['in its data', { data: { [NAME]: 't' } }],
  ])('may hold the token %s; it lives for the hour that was asked for', (_, answer) => {
    expect(tokenOf(answer)).toEqual({ header: 'Bearer t', lifeMs: HOUR });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [{ [NAME]: 't' }]],
    ['a number', { [NAME]: 7 }],
    ['an empty text', { [NAME]: '' }],
    ['another name', { access_token: 't' }],
    ['what no header can hold', { [NAME]: 't\r\nx: y' }],
    ['an envelope without attributes', { data: { attributes: null } }],
  ])('gives no token with %s', (_, answer) => {
    expect(tokenOf(answer)).toBeUndefined();
  });

  test.each<[object, number]>([
    [{ 'access-token-expiration-seconds': 60 }, 60_000],
    [{ 'access-token-expiration-seconds': '60' }, 60_000],
    [{ 'access-token-expires-in': 60 }, 60_000],
    [{ 'expires-in': 60 }, 60_000],
    [{ 'expiration-seconds': 60, 'access-token-expiration-seconds': 90 }, 60_000],
    [{ 'access-token-expiration-seconds': 86_400 }, HOUR],
    [{ 'refresh-token-expiration-seconds': 60 }, HOUR],
    [{ 'access-token-expiration-seconds': 'soon' }, HOUR],
    [{ 'access-token-expiration-seconds': null }, HOUR],
    [{ 'access-token-expiration-seconds': -1 }, HOUR],
    [{ 'access-token-expiration-seconds': 0.1 }, 1000],
  ])('with %j has a token of %d ms', (said, lifeMs) => {
    expect(tokenOf({ [NAME]: 't', ...said })?.lifeMs).toBe(lifeMs);
  });

  test.each<[string, number | undefined, number | undefined, number]>([
    ['ends in a minute', 0, 60, 60],
    ['was made a while ago', -3000, 60, 60],
    ['was made by a clock that is behind by hours', -10_000, -9940, 60],
    ['was made by a clock that is ahead by hours', 10_000, 10_060, 60],
    ['does not say when it was made', undefined, 60, 60],
    ['does not end', 0, undefined, 3600],
    ['ends in a day', 0, 86_400, 3600],
    ['ended before it was made', 0, -60, 3600],
  ])('knows the life of a JWT that %s', async (_, issued, ends, life) => {
    const { lifeMs = 0 } = tokenOf({ [NAME]: await jwt(issued, ends) }) ?? {};
    expect(Math.abs(lifeMs / 1000 - life)).toBeLessThanOrEqual(2);
  });
});

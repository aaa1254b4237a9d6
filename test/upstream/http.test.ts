import { describe, expect, test } from 'vitest';
import { ANONYMOUS } from '../../src/upstream/auth.ts';
import { AnswerError, InvalidResponseError, UnavailableError } from '../../src/upstream/errors.ts';
import { http } from '../../src/upstream/http.ts';
import type { Answer } from '../support/upstream.ts';
import { startUpstream } from '../support/upstream.ts';
import { CHANGE, callOf, failure, OURS, READ, reach, THEIRS } from './call.ts';

describe('a call', () => {
  test('carries the credential and asks for JSON', async () => {
    await using reached = await reach({ body: { name: 'Ada' } });
    expect(await reached.send(callOf({ query: { limit: 1 } }))).toEqual({
      status: 200,
      body: { name: 'Ada' },
    });
    expect(reached.upstream.calls()).toEqual(['GET /v1/things/1/?limit=1']);
    expect(reached.upstream.asked[0]?.headers).toMatchObject({
      authorization: 'Bearer ours',
      accept: 'application/json, application/vnd.api+json',
    });
    expect(reached.upstream.asked[0]?.headers).not.toHaveProperty('content-type');
  });

  test('carries no credential where there is none', async () => {
    await using reached = await reach({ body: {} });
    await reached.send(callOf({ credential: { ...OURS, header: '' } }));
    expect(reached.upstream.asked[0]?.headers).not.toHaveProperty('authorization');
  });

  test('carries a body as JSON', async () => {
    await using reached = await reach({ status: 202, body: { id: 1 } });
    expect((await reached.send(callOf({ operation: CHANGE, body: { text: 'é' } }))).status).toBe(202);
    expect(reached.upstream.asked[0]).toMatchObject({
      body: { text: 'é' },
      headers: { 'content-type': 'application/json' },
    });
  });

  test('asks below the path of the base URL', async () => {
    await using upstream = await startUpstream({ 'GET /base/v1/things/1/': { body: {} } });
    const { send, close } = http(`${upstream.url}/base/`);
    await send(callOf());
    await close();
    expect(upstream.calls()).toEqual(['GET /base/v1/things/1/']);
  });
});

describe('an answer', () => {
  test.each<[string, Answer]>([
    ['204', { status: 204 }],
    ['an empty 200', { raw: '' }],
    ['an empty 202 of another type', { status: 202, raw: '', headers: { 'content-type': 'text/plain' } }],
  ])('without a body is good: %s', async (_, answer) => {
    await using reached = await reach(answer);
    expect(await reached.send(callOf())).toEqual({ status: answer.status ?? 200, body: undefined });
  });

  test.each(['application/vnd.api+json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'may be %s',
    async (type) => {
      await using reached = await reach({ body: [1], headers: { 'content-type': type } });
      expect((await reached.send(callOf())).body).toEqual([1]);
    },
  );

  test.each<[string, Answer]>([
    ['of another type', { raw: '{}', headers: { 'content-type': 'text/html' } }],
    ['of a type that only looks alike', { raw: '{}', headers: { 'content-type': 'text/json+x' } }],
    ['that is no JSON', { raw: '{"phone": "+12025550142' }],
  ])('%s is invalid, and its body is not quoted', async (_, answer) => {
    await using reached = await reach(answer);
    const error = await failure(reached.send(callOf()));
    expect(error).toBeInstanceOf(InvalidResponseError);
    expect(error).toMatchObject({ operation: READ, status: 200, retryable: false, cause: undefined });
    expect(String(error)).toContain('courier answered GET /v1/things/{id}/ in a form it does not document');
  });
});

describe('a refusal', () => {
  const refused = async (answer: Answer, more: Parameters<typeof callOf>[0] = {}): Promise<AnswerError> => {
    await using reached = await reach(answer);
    const error = await failure(reached.send(callOf(more)));
    if (!(error instanceof AnswerError)) throw error;
    return error;
  };

  test('names the operation with its braces, the status and the request', async () => {
    const error = await refused({
      status: 422,
      body: { message: 'ada@example.com' },
      headers: { 'x-request-id': 'r-1' },
    });
    expect(error.message).toBe('courier answered 422 to GET /v1/things/{id}/');
    expect(error).toMatchObject({ status: 422, requestId: 'r-1', forwarded: false, fields: [] });
  });

  test('knows whose credential was refused', async () => {
    expect((await refused({ status: 401 }, { credential: THEIRS })).forwarded).toBe(true);
  });

  const inputPath = (field: string) => (field === 'unknown' ? undefined : `input.${field}`);

  test('points to the fields of JSON:API pointers and parameters, each once', async () => {
    const errors = [
      { source: { pointer: '/data/attributes/text' } },
      { source: { pointer: '/data/attributes/text' } },
      { source: { parameter: 'filter[email]' } },
      { source: { pointer: 'unknown' } },
      { source: null },
      'no error at all',
    ];
    const { fields } = await refused({ status: 422, body: { errors } }, { inputPath });
    expect(fields).toEqual(['input./data/attributes/text', 'input.filter[email]']);
  });

  test('points to the fields of Bird’s details', async () => {
    const body = {
      code: 'InvalidPayload',
      message: 'no',
      details: { 'body.text': ['is empty'], unknown: [] },
    };
    expect((await refused({ status: 422, body }, { inputPath })).fields).toEqual(['input.body.text']);
  });

  test.each<[string, Answer]>([
    ['text', { raw: 'gateway says no' }],
    ['a list', { body: [1] }],
    ['null', { raw: 'null' }],
    ['errors that are no list', { body: { errors: 'no', details: ['a'] } }],
  ])('whose body is %s points to nothing', async (_, answer) => {
    expect((await refused({ ...answer, status: 400 }, { inputPath })).fields).toEqual([]);
  });

  test.each([
    ['7', 7],
    ['0', 0],
    ['soon', undefined],
    [new Date(Date.now() - 5000).toUTCString(), 0],
  ])('with Retry-After %j is to be asked again after %j seconds', async (header, seconds) => {
    const { retryAfter, retryable } = await refused({ status: 429, headers: { 'retry-after': header } });
    expect([retryAfter, retryable]).toEqual([seconds, true]);
  });

  test('with a date in Retry-After is to be asked again at that time', async () => {
    const header = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfter } = await refused({ status: 503, headers: { 'retry-after': header } });
    expect(retryAfter).toBeGreaterThan(55);
    expect(retryAfter).toBeLessThanOrEqual(60);
  });

  test.each<[number, 'GET' | 'POST', boolean]>([
    [500, 'GET', true],
    [500, 'POST', false],
    [429, 'POST', true],
    [422, 'GET', false],
  ])('of %i to %s may succeed later: %j', async (status, method, retryable) => {
    const operation = method === 'GET' ? READ : CHANGE;
    expect((await refused({ status }, { operation })).retryable).toBe(retryable);
  });
});

describe('without an answer', () => {
  test('a refused connection was never seen by the upstream', async () => {
    const upstream = await startUpstream();
    await upstream.close();
    const { send, close } = http(upstream.url);
    const error = await failure(send(callOf({ operation: CHANGE })));
    await close();
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ unsent: true, retryable: true });
  });

  test('a dropped connection may have been', async () => {
    await using reached = await reach({ destroy: true });
    const error = await failure(reached.send(callOf({ operation: CHANGE })));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ unsent: false, retryable: false });
  });

  test('an abort ends the call with its reason and the upstream’s work', async () => {
    const controller = new AbortController();
    const gone = Promise.withResolvers<void>();
    const never = Promise.withResolvers<void>();
    await using reached = await reach(() => {
      controller.abort(new Error('left'));
      return { until: never.promise };
    });
    reached.upstream.onGone(gone.resolve);
    expect(await failure(reached.send(callOf({ signal: controller.signal })))).toEqual(new Error('left'));
    await gone.promise;
    never.resolve();
  });
});

describe('another host than the upstream’s own', () => {
  const EVENT = {
    api: 'bird',
    method: 'POST',
    path: '/tracking/track',
    safe: false,
    unanswered: true,
  } as const;

  test('is called at the address that was named, without the credential', async () => {
    await using upstream = await startUpstream();
    await using other = await startUpstream({ 'POST /capture/here': { status: 202, raw: 'thanks' } });
    const { send, close } = http(upstream.url);
    const address = `${other.url}/capture/here?x=1`;
    const answer = await send(
      callOf({ operation: EVENT, address, headers: { 'x-key': 'k' }, body: { a: 1 } }),
    );
    await close();
    expect(answer).toEqual({ status: 202, body: undefined });
    expect(other.calls()).toEqual(['POST /capture/here?x=1']);
    expect(other.asked[0]?.headers).toMatchObject({ 'x-key': 'k', 'content-type': 'application/json' });
    expect(other.asked[0]?.headers).not.toHaveProperty('authorization');
    expect(upstream.asked).toEqual([]);
  });

  test.each(['http://example.com/x', 'ws://127.0.0.1/', 'https://a:b@example.com/', 'nowhere'])(
    'is not called at %s, and nothing is sent',
    async (address) => {
      await using upstream = await startUpstream();
      const { send, close } = http(upstream.url);
      const error = await failure(send(callOf({ operation: EVENT, address })));
      await close();
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).toMatchObject({ unsent: true });
      expect(upstream.asked).toEqual([]);
    },
  );

  test('is not called without TLS, even on this machine, when the upstream is elsewhere', async () => {
    await using other = await startUpstream();
    const { send, close } = http('https://api.bird.invalid');
    const error = await failure(send(callOf({ operation: EVENT, address: `${other.url}/x` })));
    await close();
    expect(error).toMatchObject({ unsent: true });
    expect(other.asked).toEqual([]);
  });

  test('is one operation’s own only where the vendor itself is called', async () => {
    await using played = await startUpstream({ 'GET /v1/things/1/': { body: {} } });
    await using own = await startUpstream({ 'GET /v1/things/1/': { body: {} } });
    const operation = { ...READ, host: { usual: 'https://api.bird.com', own: own.url } };
    const { send, close } = http(played.url);
    await send(callOf({ operation }));
    const vendor = http(played.url);
    await vendor.send(callOf({ operation: { ...READ, host: { usual: played.url, own: own.url } } }));
    await Promise.all([close(), vendor.close()]);
    expect([played.asked.length, own.asked.length]).toEqual([1, 1]);
  });
});

describe('a redirect', () => {
  const moved: Answer = { status: 302, headers: { location: 'https://example.com/file' } };

  test('is told, and not followed, where it is an answer', async () => {
    await using reached = await reach(moved);
    expect(await reached.send(callOf({ operation: { ...READ, redirects: true } }))).toEqual({
      status: 302,
      body: { location: 'https://example.com/file' },
    });
  });

  test('is refused where it is none', async () => {
    await using reached = await reach(moved);
    expect(await failure(reached.send(callOf()))).toMatchObject({ status: 302 });
  });
});

test('a call without a credential sends none', async () => {
  await using reached = await reach({ body: {} });
  await reached.send(callOf({ credential: ANONYMOUS }));
  expect(reached.upstream.asked[0]?.headers).not.toHaveProperty('authorization');
});

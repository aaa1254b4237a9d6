import { describe, expect, test } from 'vitest';
import { deadline } from '../../src/upstream/deadline.ts';
import {
  AnswerError,
  CancelledError,
  OutcomeUnknownError,
  UnavailableError,
  type UpstreamError,
} from '../../src/upstream/errors.ts';
import { http } from '../../src/upstream/http.ts';
import { outcome } from '../../src/upstream/outcome.ts';
import { compose } from '../../src/upstream/send.ts';
import { type Answer, startUpstream } from '../support/upstream.ts';
import { CHANGE, callOf, failure, gate, reach, SEARCH } from './call.ts';

describe('the outcome of a change is unknown', () => {
  test.each<[string, Answer]>([
    ['when the connection drops', { destroy: true }],
    ['when a proxy in between says 502', { status: 502 }],
    ['when a proxy in between says 504', { status: 504 }],
    ['when the answer is no JSON', { status: 202, raw: '{' }],
    [
      'when the answer is of another type',
      { status: 202, raw: 'ok', headers: { 'content-type': 'text/plain' } },
    ],
  ])('%s', async (_, answer) => {
    await using reached = await reach(answer, outcome, deadline);
    const error = (await failure(reached.send(callOf({ operation: CHANGE })))) as UpstreamError;
    expect(error).toBeInstanceOf(OutcomeUnknownError);
    expect(error.message).toBe('courier may or may not have done POST /v1/things/');
    expect(error.retryable).toBe(false);
    expect(error.cause).toBeInstanceOf(Error);
    expect(reached.upstream.asked).toHaveLength(1);
  });

  test.each([303, 408, 500, 501, 502, 503, 504, 599])('when a send is answered %i', async (status) => {
    await using reached = await reach({ status }, outcome);
    const operation = { ...CHANGE, send: true };
    expect(await failure(reached.send(callOf({ operation })))).toBeInstanceOf(OutcomeUnknownError);
  });

  test('when no answer comes in time', async () => {
    const silence = gate();
    await using reached = await reach({ until: silence.promise }, outcome, deadline);
    const call = callOf({ operation: CHANGE, deadline: performance.now() + 50 });
    expect(await failure(reached.send(call))).toBeInstanceOf(OutcomeUnknownError);
    silence.resolve();
  });
});

describe('the outcome is known', () => {
  test.each([400, 404, 409, 422, 429, 500, 503])('after %i', async (status) => {
    await using reached = await reach({ status }, outcome);
    expect(await failure(reached.send(callOf({ operation: CHANGE })))).toBeInstanceOf(AnswerError);
  });

  test.each([400, 401, 403, 404, 409, 413, 422, 429])('of a send after %i', async (status) => {
    await using reached = await reach({ status }, outcome);
    const operation = { ...CHANGE, send: true };
    expect(await failure(reached.send(callOf({ operation })))).toBeInstanceOf(AnswerError);
  });

  test('where nothing listens', async () => {
    const upstream = await startUpstream();
    await upstream.close();
    const { send, close } = http(upstream.url);
    const error = await failure(compose(send, outcome)(callOf({ operation: CHANGE })));
    await close();
    expect(error).toBeInstanceOf(UnavailableError);
  });

  test('of a read, which changes nothing', async () => {
    await using reached = await reach({ destroy: true }, outcome);
    expect(await failure(reached.send(callOf({ operation: SEARCH })))).toBeInstanceOf(UnavailableError);
  });

  test('when the client went before anything was sent', async () => {
    await using reached = await reach({}, outcome, deadline);
    const call = callOf({ operation: CHANGE, signal: AbortSignal.abort() });
    expect(await failure(reached.send(call))).toBeInstanceOf(CancelledError);
    expect(reached.upstream.asked).toEqual([]);
  });
});

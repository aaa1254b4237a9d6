import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { type Prepared, startUpstream } from '../support/upstream.ts';
import { contract, moment, startBird } from './bird.ts';

const CONFIGURATION = `GET /applications/${idOf('app')}/signature/s-1`;

const TRACK =
  'mutation ($input: TrackBirdEventInput!) { trackBirdEvent(input: $input) { messageId answer } }';

const inputOf = (more: object = {}) => ({
  applicationId: idOf('app'),
  signature: 's-1',
  event: 'appointment-booked',
  identifiers: [{ key: 'emailaddress', value: 'ada@example.com' }],
  ...more,
});

/** A Bird whose applications send events to another host, which answers so. */
const startBoth = async (answer: Prepared, options: Parameters<typeof startBird>[1] = {}) => {
  const capture = await startUpstream({ 'POST /tracking/track': answer });
  const pigeon = await startBird(
    {
      [CONFIGURATION]: {
        body: {
          applicationId: idOf('app'),
          allowedDomains: ['clinic.example.com'],
          tracking: {
            enabled: true,
            writeKey: 'the-write-key',
            endpoint: `${capture.url}/tracking/track`,
            connectorId: idOf('connector'),
          },
          appInbox: { enabled: false, channelId: '00000000-0000-0000-0000-000000000000' },
        },
      },
    },
    options,
  );
  return {
    capture,
    pigeon,
    [Symbol.asyncDispose]: async () => {
      await pigeon[Symbol.asyncDispose]();
      await capture.close();
    },
  };
};

test('the configuration is read without the access key; ids of nothing lead nowhere', async () => {
  await using both = await startBoth({ status: 202, raw: '' });
  const { bird } = await both.pigeon.query(`{ bird {
    trackingConfiguration(applicationId: "${idOf('app')}", signature: "s-1") {
      applicationId workspaceId allowedDomains tracking { enabled writeKey connector { nativeId } } appInbox { channel { name } }
    }
  } }`);
  expect(bird.trackingConfiguration).toEqual({
    applicationId: idOf('app'),
    workspaceId: WORKSPACE_ID,
    allowedDomains: ['clinic.example.com'],
    tracking: { enabled: true, writeKey: 'the-write-key', connector: { nativeId: idOf('connector') } },
    appInbox: { channel: null },
  });
  expect(both.pigeon.calls()).toEqual([CONFIGURATION]);
  expect(both.pigeon.bird.asked[0]?.headers).not.toHaveProperty('authorization');
});

test('the configuration of an unknown application is null', async () => {
  await using pigeon = await startBird({ 'GET /applications/*/signature/*': { status: 404 } });
  const { bird } = await pigeon.query(
    `{ bird { trackingConfiguration(applicationId: "${idOf('app')}", signature: "x") { apiEndpoint } } }`,
  );
  expect(bird.trackingConfiguration).toBeNull();
});

test('an event goes where the configuration says, with its write key and never the access key', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  await using both = await startBoth(
    { status: 202, raw: 'OK', headers: { 'content-type': 'text/plain' } },
    { log },
  );
  const input = inputOf({
    timestamp: moment(0),
    properties: { visit: { kind: 'check-up' } },
    context: {},
    messageId: 'booking-4711',
  });
  expect(await both.pigeon.query(TRACK, { input })).toEqual({
    trackBirdEvent: { messageId: 'booking-4711', answer: null },
  });
  expect(both.pigeon.calls()).toEqual([CONFIGURATION]);
  const [event] = both.capture.asked;
  expect(contract.faultsOf(both.capture.asked)).toEqual([]);
  expect(event?.headers).toMatchObject({
    'x-bird-write-key': 'the-write-key',
    'x-bird-workspace-id': WORKSPACE_ID,
    'x-bird-event-name': 'appointment-booked',
    'x-bird-sdk-version': '0.0.1',
  });
  expect(event?.headers).not.toHaveProperty('authorization');
  expect(event?.body).toEqual({
    timestamp: moment(0),
    event: 'appointment-booked',
    type: 'track',
    identity: {
      resolutionStrategy: 'lookup',
      entityType: 'contact',
      identifiers: [{ key: 'emailaddress', value: 'ada@example.com' }],
    },
    properties: { visit: { kind: 'check-up' } },
    context: {},
    messageId: 'booking-4711',
  });
  expect(lines.join('')).not.toMatch(/the-write-key|ada@example/);
});

test('an event may carry another write key, and has an id and a time in any case', async () => {
  await using both = await startBoth({ body: { ok: true } });
  const { trackBirdEvent } = await both.pigeon.query(TRACK, { input: inputOf({ writeKey: 'mine' }) });
  const [event] = both.capture.asked;
  expect(event?.headers['x-bird-write-key']).toBe('mine');
  expect(trackBirdEvent.answer).toEqual({ ok: true });
  expect(event?.body).toMatchObject({ messageId: trackBirdEvent.messageId });
  expect(contract.faultsOf(both.capture.asked)).toEqual([]);
});

test('the configuration is kept for a while, as other things are', async () => {
  await using both = await startBoth({ status: 202, raw: '' }, { freshMs: 60_000 });
  for (let time = 0; time < 3; time++) await both.pigeon.query(TRACK, { input: inputOf() });
  expect(both.pigeon.calls()).toEqual([CONFIGURATION]);
  expect(both.capture.asked).toHaveLength(3);
});

describe('an event is sent nowhere', () => {
  test.each([
    'http://capture.example.com/tracking/track',
    'ftp://127.0.0.1/track',
    'https://user:pass@example.com/track',
    'file:///etc/passwd',
    'tracking/track',
    '',
  ])('where the configuration names %s', async (endpoint) => {
    await using pigeon = await startBird({
      [CONFIGURATION]: { body: { tracking: { endpoint, writeKey: 'w' } } },
    });
    const { extensions } = await pigeon.refusal(TRACK, { input: inputOf() });
    expect(extensions).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      upstream: { method: 'POST', path: '/tracking/track' },
    });
    expect(pigeon.calls()).toEqual([CONFIGURATION]);
  });

  test('where the host redirects', async () => {
    await using other = await startUpstream();
    await using both = await startBoth({ status: 307, headers: { location: `${other.url}/tracking/track` } });
    const { extensions } = await both.pigeon.refusal(TRACK, { input: inputOf() });
    expect(extensions.code).toMatch(/^UPSTREAM_/);
    expect(other.asked).toEqual([]);
  });

  test.each<[string, object]>([
    ['no tracking', {}],
    ['no endpoint', { tracking: { writeKey: 'w' } }],
  ])('where the configuration has %s', async (_, body) => {
    await using pigeon = await startBird({ [CONFIGURATION]: { body } });
    expect((await pigeon.refusal(TRACK, { input: inputOf() })).extensions.code).toBe(
      'UPSTREAM_INVALID_RESPONSE',
    );
  });

  test('where Bird knows no such application', async () => {
    await using pigeon = await startBird({ [CONFIGURATION]: { status: 404 } });
    expect((await pigeon.refusal(TRACK, { input: inputOf() })).extensions.code).toBe('NOT_FOUND');
  });

  test.each<[string, object, string]>([
    ['an application that is none', { applicationId: 'app' }, 'input.applicationId'],
    ['a signature that leads elsewhere', { signature: '..' }, 'input.signature'],
    ['a name that no header holds', { event: 'tea\r\nX: 1' }, 'input.event'],
    ['an empty name', { event: '' }, 'input.event'],
    ['a write key that no header holds', { writeKey: 'é' }, 'input.writeKey'],
    ['nobody', { identifiers: [] }, 'input.identifiers'],
    ['properties that are a list', { properties: [1] }, 'input.properties'],
    [
      'properties that are too deep',
      { properties: { a: { b: { c: { d: { e: { f: 1 } } } } } } },
      'input.properties',
    ],
    ['a context that is null', { context: null }, 'input.context'],
    ['a workspace that is none', { workspaceId: 'w' }, 'input.workspaceId'],
  ])('for %s', async (_, more, field) => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal(TRACK, { input: inputOf(more) });
    expect([extensions.code, extensions.fields]).toEqual(['BAD_USER_INPUT', [field]]);
    expect(pigeon.calls()).toEqual([]);
  });
});

test('a host that is down costs its events alone, however many', async () => {
  await using both = await startBoth({ destroy: true });
  const events = Array.from(
    { length: 60 },
    (_, index) => `e${index}: trackBirdEvent(input: $input) { messageId }`,
  );
  const { body } = await both.pigeon.gateway.ask(
    `mutation ($input: TrackBirdEventInput!) { ${events.join(' ')} }`,
    { input: inputOf() },
  );
  expect(body.errors).toHaveLength(60);
  // Bird itself is still asked.
  both.pigeon.answers({ 'GET /contacts': { body: { results: [] } } });
  expect((await both.pigeon.query('{ bird { contacts { nodes { id } } } }')).bird.contacts.nodes).toEqual([]);
});

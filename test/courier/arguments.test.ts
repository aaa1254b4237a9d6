import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { type Front, startFront } from './front.ts';
import { channel, many, message, one } from './samples.ts';

let front: Front;
let before = 0;
beforeAll(async () => {
  front = await startFront();
});
afterAll(() => front[Symbol.asyncDispose]());
beforeEach(() => {
  const none = many([]);
  front.courier.answers({
    'GET /v1/messaging-channels/': none,
    'GET /v1/messaging-messages/': none,
    'GET /v1/organizations/': none,
    'GET /v1/texts/': none,
    'GET /v1/users/': none,
    'GET /v1/messaging-channels/*/': one(channel('channel')),
    'GET /v1/messaging-messages/*/': one(message('message')),
  });
  before = front.courier.asked.length;
});
const calls = () => front.courier.calls().slice(before);
const global = (typename: string, name: string) => globalId(typename, idOf(name));
const PAGE = 'page[limit]=1&page[offset]=0';

describe('filters', () => {
  const since = '2026-01-31T12:00:00+02:00';
  const until = '2026-02-01T00:00:00Z';
  const span = `{ since: "${since}", until: "${until}" }`;
  const [from, to] = ['2026-01-31T10:00:00.000Z', '2026-02-01T00:00:00.000Z'];

  test.each<[string, string]>([
    [
      `channels(first: 1, participantId: "${idOf('amina')}")`,
      `/v1/messaging-channels/?participant-id=${idOf('amina')}&${PAGE}`,
    ],
    [
      `channels(first: 1, individualId: "${global('CourierIndividual', 'farah')}", organizationId: "${global('CourierOrganization', 'clinic')}")`,
      `/v1/messaging-channels/?individual-id=${idOf('farah')}&organization-id=${idOf('clinic')}&${PAGE}`,
    ],
    [
      `channels(first: 1, archived: false, floating: true, useGroupName: false, individualGroupId: "${idOf('family')}")`,
      `/v1/messaging-channels/?filter[archived]=false&filter[floating]=true&filter[individual-group-id]=${idOf('family')}&use-group-name=false&${PAGE}`,
    ],
    [
      `channels(first: 1, lastModifiedTime: ${span})`,
      `/v1/messaging-channels/?filter[cmp-last-modified-time]=>=${from}&filter[cmp-last-modified-time]=<${to}&${PAGE}`,
    ],
    ['channels(first: 1, archived: null, lastModifiedTime: null)', `/v1/messaging-channels/?${PAGE}`],
    [
      `messages(first: 1, channelId: "${idOf('channel')}", postedTime: ${span})`,
      `/v1/messaging-messages/?channel-id=${idOf('channel')}&filter[cmp-posted-time]=>=${from}&filter[cmp-posted-time]=<${to}&include-read-receipts=true&${PAGE}`,
    ],
    [
      `messages(first: 1, channelId: "${global('CourierChannel', 'channel')}", postedTime: { until: "${until}" }, text: "a b&c", acknowledged: true)`,
      `/v1/messaging-messages/?channel-id=${idOf('channel')}&acknowledged=true&filter[cmp-posted-time]=<${to}&filter[text]=a b&c&include-read-receipts=true&${PAGE}`,
    ],
    [
      `messages(first: 1, channelId: "${idOf('channel')}", includePhrases: true, thumbnail: true, userId: "${global('CourierUser', 'u')}", individualId: "${idOf('farah')}", lastModifiedTime: { since: "${since}" })`,
      `/v1/messaging-messages/?channel-id=${idOf('channel')}&filter[cmp-last-modified-time]=>=${from}&include-phrases=true&individual-id=${idOf('farah')}&thumbnail=true&user-id=${idOf('u')}&include-read-receipts=true&${PAGE}`,
    ],
    ['organizations(first: 1, name: "harbour")', `/v1/organizations/?filter[name]=harbour&${PAGE}`],
    [
      `texts(first: 1, accountId: "${idOf('account')}", numberId: "${idOf('number')}", target: "+12025550100")`,
      `/v1/texts/?account-id=${idOf('account')}&filter[number-id]=${idOf('number')}&filter[target]=+12025550100&${PAGE}`,
    ],
    [
      `users(first: 1, email: "a+b@example.com", username: "ab", individualId: "${idOf('amina')}")`,
      `/v1/users/?filter[email]=a+b@example.com&filter[individual-id]=${idOf('amina')}&filter[username]=ab&${PAGE}`,
    ],
  ])('%s', async (field, asked) => {
    await front.data(`{ courier { ${field} { nodes { id } } } }`);
    expect(calls()).toEqual([`GET ${asked}`]);
  });

  test('of one object are asked for as they are', async () => {
    await front.data(`{ courier {
      channel(id: "${idOf('channel')}", individualId: "${idOf('farah')}", useGroupName: false, includeIndividualGroup: true) { name }
      message(id: "${idOf('message')}", includePhrases: true, thumbnail: false) { text }
    } }`);
    expect(calls().toSorted()).toEqual([
      `GET /v1/messaging-channels/${idOf('channel')}/?include-individual-group=true&individual-id=${idOf('farah')}&use-group-name=false`,
      `GET /v1/messaging-messages/${idOf('message')}/?include-phrases=true`,
    ]);
  });

  test('of one object make another question than none', async () => {
    await front.data(`{ courier {
      theirs: channel(id: "${idOf('channel')}", individualId: "${idOf('farah')}") { callerNewMessageCount }
      ours: channel(id: "${idOf('channel')}") { callerNewMessageCount }
    } }`);
    expect(calls()).toHaveLength(2);
  });
});

describe('ids', () => {
  const other = global('CourierUser', 'amina');
  const bird = globalId('BirdChannel', `${WORKSPACE_ID}/${idOf('channel')}`);

  test.each<[string, string]>([
    ['{ courier { channels(participantId: "x") { nodes { id } } } }', 'participantId'],
    [`{ courier { channels(individualId: "${other}") { nodes { id } } } }`, 'individualId'],
    [`{ courier { messages(channelId: "${bird}") { nodes { id } } } }`, 'channelId'],
    [`{ courier { texts(accountId: "${other}") { nodes { id } } } }`, 'accountId'],
    ['{ courier { texts(accountId: "account") { nodes { id } } } }', 'accountId'],
    [
      `mutation { postCourierMessage(input: { channelId: "${bird}", message: "x" }) { message { id } } }`,
      'input.channelId',
    ],
    [
      `mutation { postCourierMessage(input: { channelId: "${idOf('c')}", message: "x", individualId: "7" }) { message { id } } }`,
      'input.individualId',
    ],
    [
      `mutation { subscribeToCourierChannel(input: { id: "${idOf('c')}", individualIds: ["${idOf('a')}", "${other}"] }) { channel { id } } }`,
      'input.individualIds',
    ],
    [`mutation { archiveCourierChannel(input: { id: "${bird}" }) { channel { id } } }`, 'input.id'],
    ['mutation { acknowledgeCourierMessage(input: { id: "" }) { message { id } } }', 'input.id'],
    [
      `mutation { createCourierChannel(input: { organizationId: "${idOf('o')}", textNumberId: "one" }) { channel { id } } }`,
      'input.textNumberId',
    ],
    [
      `mutation { sendCourierText(input: { accountId: "${other}", target: "+12025550100", message: "x" }) { text { id } } }`,
      'input.accountId',
    ],
  ])('that cannot be are refused without a call: %s', async (query, field) => {
    expect(await front.error(query)).toMatchObject({ code: 'BAD_USER_INPUT', fields: [field] });
    expect(calls()).toEqual([]);
  });

  test('of a text number and the like are courier’s own', async () => {
    front.courier.answers({ 'POST /v1/messaging-channels/': { status: 201, ...one(channel('new')) } });
    await front.data(
      `mutation { createCourierChannel(input: { organizationId: "${idOf('o')}", textNumberId: "${idOf('n')}" }) { channel { id } } }`,
    );
    expect(front.courier.asked.at(-1)?.body).toMatchObject({
      data: { attributes: { 'text-number-id': idOf('n') } },
    });
  });
});

describe('what courier refuses', () => {
  const refusal = (...sources: object[]) => ({
    status: 400,
    body: { errors: sources.map((source) => ({ code: 'invalid', detail: 'no', status: 400, source })) },
  });

  test('in a query points to the argument', async () => {
    front.courier.answers({
      'GET /v1/messaging-messages/': refusal(
        { parameter: 'filter[cmp-posted-time]' },
        { parameter: 'channel-id' },
        { parameter: 'page[limit]' },
      ),
    });
    const error = await front.error(`{ courier { messages(channelId: "${idOf('c')}") { nodes { id } } } }`);
    expect(error).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: ['postedTime', 'channelId', 'first'],
      upstream: { status: 400, path: '/v1/messaging-messages/' },
    });
  });

  test.each<[string, string, object[], string[]]>([
    [
      'POST /v1/messaging-messages/',
      `postCourierMessage(input: { channelId: "${idOf('c')}", message: "x" }) { message { id } }`,
      [{ pointer: '/data/attributes/channel-id' }, { pointer: '/data/attributes/message' }],
      ['input.channelId', 'input.message'],
    ],
    [
      'POST /v1/messaging-channels/*/subscribe/',
      `subscribeToCourierChannel(input: { id: "${idOf('c')}", individualIds: ["${idOf('a')}"] }) { channel { id } }`,
      [{ pointer: '/individual-ids/0' }],
      ['input.individualIds'],
    ],
    [
      'POST /v1/messaging-channels/*/preferences/',
      `setCourierChannelPreferences(input: { id: "${idOf('c')}", values: [{ name: "notify", value: "x" }] }) { channel { id } }`,
      [{ pointer: '/values/0/value' }, { pointer: '' }, { pointer: '/data' }],
      ['input.values.value'],
    ],
    [
      'PATCH /v1/messaging-channels/*/',
      `updateCourierChannel(input: { id: "${idOf('c')}", patch: [{ op: "replace", path: "/name", value: "x" }] }) { channel { id } }`,
      [{ pointer: '/data/attributes/0/path' }],
      ['input.patch.path'],
    ],
  ])('in %s points to the input', async (operation, mutation, sources, fields) => {
    front.courier.answers({ [operation]: refusal(...sources) });
    const error = await front.error(`mutation { ${mutation} }`);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', fields, retryable: false });
    expect(calls()).toHaveLength(1);
  });

  test('without a place points nowhere', async () => {
    front.courier.answers({ 'POST /v1/messaging-messages/': { status: 422, raw: 'no JSON' } });
    const error = await front.error(
      `mutation { postCourierMessage(input: { channelId: "${idOf('c')}", message: "x" }) { message { id } } }`,
    );
    expect(error.code).toBe('BAD_USER_INPUT');
    expect(error).not.toHaveProperty('fields');
  });
});

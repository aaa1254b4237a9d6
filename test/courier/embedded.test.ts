import { describe, expect, test } from 'vitest';
import { idOf } from '../support/ids.ts';
import { startFront } from './front.ts';
import { at, channel, individual, many, message, one, pageOf, resource, user } from './samples.ts';

const CHANNEL = `/v1/messaging-channels/${idOf('channel')}/`;
const MESSAGES = '/v1/messaging-messages/';
const AUTHORS = ['amina', 'moussa', 'farah'];

/** Sixty messages by three people, newest first. */
const messages = Array.from({ length: 60 }, (_, index) =>
  message(`message ${index}`, {
    'individual-id': idOf(AUTHORS[index % 3] ?? ''),
    'first-name': AUTHORS[index % 3],
    'posted-time': at(60 - index),
    reactions: [
      { 'individual-id': idOf('farah'), 'first-name': 'Farah', 'last-name': 'R', 'reaction-type': 'like' },
    ],
    'read-receipts': [
      {
        'individual-id': idOf('moussa'),
        'individual-first-name': 'Moussa',
        'individual-last-name': 'D',
        'ack-time': at(61),
      },
    ],
  }),
);

const talk = (data = messages) =>
  startFront({
    courier: {
      [`GET ${CHANNEL}`]: one(
        channel('channel', {
          'owner-id': idOf('farah'),
          'owner-first-name': 'Farah',
          'owner-last-name': 'R',
          'individual-group-id': idOf('family'),
          'individual-group': { name: 'Family' },
          subscribers: AUTHORS.map((name) => ({ id: idOf(name), 'first-name': name, 'last-name': 'D' })),
        }),
      ),
      [`GET ${MESSAGES}`]: ({ params }) => pageOf(data, params),
      'GET /v1/individuals/*/': ({ path }) =>
        one({ ...individual('somebody', { 'preferred-name': 'S' }), id: path.split('/')[3] ?? '' }),
      'GET /v1/organizations/*/': one(resource('organizations', 'clinic', { name: 'harbour' })),
      'GET /v1/individual-groups/*/': one(
        resource('individual-groups', 'family', { name: 'Family', 'parent-id': idOf('all') }),
      ),
    },
  });

const PAGE = `GET ${MESSAGES}?channel-id=${idOf('channel')}&include-read-receipts=true&page[limit]=60&page[offset]=0`;
const ask = (selection: string) => `{ courier { channel(id: "${idOf('channel')}") { ${selection} } } }`;

describe('a channel with sixty messages', () => {
  test('costs two calls with its authors’ names', async () => {
    await using front = await talk();
    const { courier } = await front.data(
      ask(
        'name messages(first: 60) { nodes { text createdAt author { name self individual { firstName lastName } } } }',
      ),
    );
    expect(courier.channel.messages.nodes).toHaveLength(60);
    expect(courier.channel.messages.nodes[1].author).toEqual({
      name: 'moussa Diallo',
      self: false,
      individual: { firstName: 'moussa', lastName: 'Diallo' },
    });
    expect(front.courier.calls()).toEqual([`GET ${CHANNEL}`, PAGE]);
  });

  test('costs one call more for each person, not each message, when more is asked of them', async () => {
    await using front = await talk();
    await front.data(
      ask(`messages(first: 60) { nodes {
        author { individual { firstName birthDate } }
        individual { lastName lastModifiedTime }
        reactions { individual { preferredName } }
        readReceipts { individual { accountType } }
      } }`),
    );
    expect(front.courier.calls()[0]).toBe(`GET ${CHANNEL}`);
    expect(front.courier.calls()[1]).toBe(PAGE);
    expect(front.courier.calls().slice(2).toSorted()).toEqual(
      AUTHORS.map((name) => `GET /v1/individuals/${idOf(name)}/`).toSorted(),
    );
  });

  test('costs no more for who reacted and who read', async () => {
    await using front = await talk();
    const { courier } = await front.data(`
      ${ask(`messages(first: 60) { nodes {
        reactions { reactionType individual { id nativeId firstName lastName __typename } }
        readReceipts { ackTime individual { ...Named } }
      } }`)}
      fragment Named on CourierIndividual { firstName ... on Node { id } ... { lastName } }`);
    expect(courier.channel.messages.nodes[0].readReceipts[0].individual).toEqual({
      id: Buffer.from(`CourierIndividual:${idOf('moussa')}`).toString('base64'),
      firstName: 'Moussa',
      lastName: 'D',
    });
    expect(front.courier.calls()).toEqual([`GET ${CHANNEL}`, PAGE]);
  });

  test('leads back from a message to its channel without a call', async () => {
    await using front = await talk();
    const { courier } = await front.data(ask('messages(first: 60) { nodes { channel { nativeId name } } }'));
    expect(courier.channel.messages.nodes[59].channel).toEqual({
      nativeId: idOf('channel'),
      name: 'Channel channel',
    });
    expect(front.courier.calls()).toEqual([`GET ${CHANNEL}`, PAGE]);
  });

  test('is read without its own call when only its messages are asked for', async () => {
    await using front = await talk();
    await front.data(
      `{ courier { messages(channelId: "${idOf('channel')}", first: 60) { nodes { channel { id source } text } } } }`,
    );
    expect(front.courier.calls()).toEqual([PAGE]);
  });
});

describe('what a channel embeds', () => {
  test('answers for its subscribers, owner, group and organization without a call', async () => {
    await using front = await talk();
    const { courier } = await front.data(
      ask(`subscribers { firstName individual { nativeId firstName lastName } } owner { firstName lastName }
        individualGroup { nativeId name } organization { nativeId }`),
    );
    expect(courier.channel.subscribers[1].individual).toEqual({
      nativeId: idOf('moussa'),
      firstName: 'moussa',
      lastName: 'D',
    });
    expect(courier.channel.owner).toEqual({ firstName: 'Farah', lastName: 'R' });
    expect(courier.channel.individualGroup).toEqual({ nativeId: idOf('family'), name: 'Family' });
    expect(front.courier.calls()).toEqual([`GET ${CHANNEL}`]);
  });

  test('leads on with one call each where more is asked for', async () => {
    await using front = await talk();
    const { courier } = await front.data(
      ask('organization { name } individualGroup { parentId } owner { preferredName }'),
    );
    expect(courier.channel).toEqual({
      organization: { name: 'harbour' },
      individualGroup: { parentId: idOf('all') },
      owner: { preferredName: 'S' },
    });
    expect(front.courier.calls().slice(1).toSorted()).toEqual([
      `GET /v1/individual-groups/${idOf('family')}/`,
      `GET /v1/individuals/${idOf('farah')}/`,
      `GET /v1/organizations/${idOf('clinic')}/`,
    ]);
  });

  test('leads nowhere where courier names nobody', async () => {
    await using front = await startFront({
      courier: { [`GET ${CHANNEL}`]: one({ ...channel('channel'), attributes: {} }) },
    });
    const { courier } = await front.data(
      ask(
        'organization { name } individualGroup { name } owner { firstName } subscribers { firstName } name',
      ),
    );
    expect(courier.channel).toEqual({
      organization: null,
      individualGroup: null,
      owner: null,
      subscribers: null,
      name: null,
    });
  });

  test('leads to null where what it names is gone', async () => {
    await using front = await talk();
    front.courier.answers({ [`GET /v1/organizations/${idOf('clinic')}/`]: { status: 404 } });
    const { courier } = await front.data(ask('organization { name }'));
    expect(courier.channel.organization).toBeNull();
  });
});

describe('an individual', () => {
  test('known by id alone leads to its lists without a call of its own', async () => {
    await using front = await startFront({
      courier: {
        [`GET ${MESSAGES}${idOf('message')}/`]: one(message('message')),
        'GET /v1/messaging-channels/': many([channel('channel')]),
        'GET /v1/users/': many([user('amina')]),
        'GET /v1/user-emails/': many([]),
      },
    });
    const { courier } = await front.data(`{ courier { message(id: "${idOf('message')}") { individual {
      channels(first: 2) { nodes { name } } users(first: 1) { nodes { email } } emails(first: 1) { nodes { subject } }
    } } } }`);
    expect(courier.message.individual.channels.nodes).toEqual([{ name: 'Channel channel' }]);
    expect(front.courier.calls().toSorted()).toEqual([
      `GET /v1/messaging-channels/?participant-id=${idOf('amina')}&page[limit]=2&page[offset]=0`,
      `GET ${MESSAGES}${idOf('message')}/`,
      `GET /v1/user-emails/?individual-id=${idOf('amina')}&page[limit]=1&page[offset]=0`,
      `GET /v1/users/?filter[individual-id]=${idOf('amina')}&page[limit]=1&page[offset]=0`,
    ]);
  });

  test('is kept for a while, and a channel until something is said in it', async () => {
    await using front = await startFront({
      freshMs: 60_000,
      courier: {
        [`GET ${CHANNEL}`]: one(channel('channel')),
        [`GET /v1/individuals/${idOf('amina')}/`]: one(individual('amina')),
        [`POST ${MESSAGES}`]: { status: 201, ...one(message('new')) },
      },
    });
    const look = () =>
      front.data(
        `{ courier { individual(id: "${idOf('amina')}") { firstName } channel(id: "${idOf('channel')}") { lastMessage { text } } } }`,
      );
    await look();
    await look();
    expect(front.courier.calls()).toHaveLength(2);
    await front.data(
      `mutation { postCourierMessage(input: { channelId: "${idOf('channel')}", message: "Hello" }) { message { id } } }`,
    );
    await look();
    expect(front.courier.calls().slice(2)).toEqual([`POST ${MESSAGES}`, `GET ${CHANNEL}`]);
  });
});

test('a message’s receipts and an individual’s profile are asked for with what they need', async () => {
  await using front = await startFront({
    courier: {
      [`GET ${MESSAGES}${idOf('message')}/`]: one(message('message')),
      [`GET ${MESSAGES}${idOf('message')}/get-receipts/`]: {
        body: {
          read: [{ 'individual-id': idOf('farah'), 'individual-first-name': 'Farah', 'ack-time': at(3) }],
          unread: [{ 'individual-id': idOf('moussa') }],
        },
      },
      [`GET ${CHANNEL}get-profile/`]: {
        body: { data: { id: idOf('amina'), type: 'individual-profiles', attributes: { photo: 'aGk=' } } },
      },
    },
  });
  const { courier } = await front.data(`{ courier { message(id: "${idOf('message')}") {
    receipts(individualId: "${idOf('farah')}") {
      read { ackTime individual { firstName } }
      unread { individual { nativeId } }
    }
    channel { profile(individualId: "${idOf('farah')}", profileIndividualId: "${idOf('amina')}") { nativeId photo } }
  } } }`);
  expect(courier.message).toEqual({
    receipts: {
      read: [{ ackTime: at(3), individual: { firstName: 'Farah' } }],
      unread: [{ individual: { nativeId: idOf('moussa') } }],
    },
    channel: { profile: { nativeId: idOf('amina'), photo: 'aGk=' } },
  });
  expect(front.courier.calls().slice(1).toSorted()).toEqual([
    `GET ${CHANNEL}get-profile/?individual-id=${idOf('farah')}&profile-individual-id=${idOf('amina')}`,
    `GET ${MESSAGES}${idOf('message')}/get-receipts/?individual-id=${idOf('farah')}`,
  ]);
});

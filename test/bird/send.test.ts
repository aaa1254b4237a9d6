import { describe, expect, test } from 'vitest';
import type { MessageChange } from '../../src/ports.ts';
import { idOf } from '../support/ids.ts';
import type { Answer } from '../support/upstream.ts';
import { gid, messageRow, moment, startBird } from './bird.ts';

const SEND = `POST /channels/${idOf('sms')}/messages`;
const MUTATION = `mutation ($input: SendBirdMessageInput!) { sendBirdMessage(input: $input) {
  message { id nativeId text status createdAt contact { nativeId } }
} }`;

const TO = [{ identifierValue: '+31612345678' }];
const TEXT = { text: { text: 'hello' } };

const inputOf = (more: object = {}) => ({ channelId: idOf('sms'), recipients: TO, body: TEXT, ...more });

const accepted = { status: 202, body: messageRow('sent', { status: 'accepted' }) };

/** What Bird is sent for an input. */
const sentFor = async (input: object): Promise<object> => {
  await using pigeon = await startBird({ [SEND]: accepted });
  await pigeon.query(MUTATION, { input });
  expect(pigeon.calls()).toEqual([SEND]);
  return pigeon.bird.asked[0]?.body as object;
};

test('a text is sent, and comes back as Bird took it without another call', async () => {
  await using pigeon = await startBird({ [SEND]: accepted });
  const { sendBirdMessage } = await pigeon.query(MUTATION, {
    input: inputOf({ channelId: gid('BirdChannel', 'sms') }),
  });
  expect(sendBirdMessage.message).toEqual({
    id: gid('BirdMessage', 'sms', 'sent'),
    nativeId: idOf('sent'),
    text: 'sent',
    status: 'ACCEPTED',
    createdAt: moment(0),
    contact: { nativeId: idOf('ada') },
  });
  expect(pigeon.calls()).toEqual([SEND]);
  expect(pigeon.bird.asked[0]?.body).toEqual({
    receiver: { contacts: TO },
    body: { type: 'text', text: { text: 'hello' } },
  });
});

test('the status stream is told of it', async () => {
  const told: MessageChange[] = [];
  const changes = {
    record: async (more: readonly MessageChange[]) => void told.push(...more),
    seen: async () => new Map(),
  };
  await using pigeon = await startBird({ [SEND]: accepted }, { changes });
  await pigeon.query(MUTATION, { input: inputOf() });
  expect(told).toEqual([
    {
      messageId: gid('BirdMessage', 'sms', 'sent'),
      channelId: gid('BirdChannel', 'sms'),
      people: [gid('BirdContact', 'ada')],
      added: true,
      status: 'ACCEPTED',
      removed: null,
      nativeStatus: 'accepted',
      occurredAt: Date.parse(moment(60)),
      createdAt: Date.parse(moment(0)),
      via: 'MUTATION',
      audience: 'service',
    },
  ]);
});

test('it stays sent when the status stream cannot be told', async () => {
  const changes = {
    record: () => Promise.reject(new Error('the disk is full')),
    seen: async () => new Map(),
  };
  await using pigeon = await startBird({ [SEND]: accepted }, { changes });
  const { sendBirdMessage } = await pigeon.query(MUTATION, { input: inputOf() });
  expect(sendBirdMessage.message.nativeId).toBe(idOf('sent'));
});

describe('the body', () => {
  const link = { text: 'Read', url: 'https://example.com' };
  const postback = { text: 'Yes', payload: 'y', description: 'small' };

  test.each<[string, object, object]>([
    [
      'text',
      {
        text: {
          text: 'hello',
          attachments: [{ mediaUrl: 'https://example.com/a', filename: 'a.pdf', contentId: 'a' }],
          metadata: { subject: 'S' },
          actions: [
            { link },
            { postback },
            { reply: { text: 'No' } },
            { locationRequest: {} },
            { buy: { text: 'Buy', amountCents: 100, currency: 'EUR' } },
          ],
        },
      },
      {
        type: 'text',
        text: {
          text: 'hello',
          attachments: [{ mediaUrl: 'https://example.com/a', filename: 'a.pdf', contentId: 'a' }],
          metadata: { subject: 'S' },
          actions: [
            { type: 'link', link },
            {
              type: 'postback',
              postback: { text: 'Yes', payload: 'y', metadata: { description: { label: 'small' } } },
            },
            { type: 'reply', reply: { text: 'No' } },
            { type: 'locationRequest', locationRequest: {} },
            { type: 'buy', buy: { text: 'Buy', amountCents: 100, currency: 'EUR' } },
          ],
        },
      },
    ],
    [
      'html',
      { html: { html: '<b>hi</b>', metadata: { subject: 'Hi', openTracking: true } } },
      { type: 'html', html: { html: '<b>hi</b>', metadata: { subject: 'Hi', openTracking: true } } },
    ],
    [
      'image',
      { image: { images: [{ mediaUrl: 'https://example.com/i', altText: 'A cat' }], text: 'look' } },
      {
        type: 'image',
        image: { images: [{ mediaUrl: 'https://example.com/i', altText: 'A cat' }], text: 'look' },
      },
    ],
    [
      'file',
      {
        file: { files: [{ mediaUrl: 'https://example.com/f', contentType: 'image/webp', isAnimated: true }] },
      },
      {
        type: 'file',
        file: {
          files: [
            { mediaUrl: 'https://example.com/f', contentType: 'image/webp', metadata: { isAnimated: true } },
          ],
        },
      },
    ],
    [
      'gif',
      { gif: { mediaUrl: 'https://example.com/g', altText: 'A dance' } },
      { type: 'gif', gif: { mediaUrl: 'https://example.com/g', altText: 'A dance' } },
    ],
    [
      'location',
      { location: { latitude: 52.4, longitude: -4.9, label: 'Palace' } },
      {
        type: 'location',
        location: { coordinates: { latitude: 52.4, longitude: -4.9 }, location: { label: 'Palace' } },
      },
    ],
    [
      'location without a name',
      { location: { latitude: 0, longitude: 0 } },
      { type: 'location', location: { coordinates: { latitude: 0, longitude: 0 } } },
    ],
    [
      'carousel',
      { carousel: { items: [{ title: 'One', mediaUrl: null, actions: [{ link }] }], text: 'pick' } },
      {
        type: 'carousel',
        carousel: {
          items: [{ title: 'One', mediaUrl: null, actions: [{ type: 'link', link }] }],
          text: 'pick',
        },
      },
    ],
    [
      'list',
      {
        list: {
          text: 'pick',
          title: 'Menu',
          items: [{ title: 'One', actions: [{ reply: { text: 'One' } }] }],
          metadata: { button: { label: 'Go' } },
        },
      },
      {
        type: 'list',
        list: {
          text: 'pick',
          title: 'Menu',
          items: [{ title: 'One', actions: [{ type: 'reply', reply: { text: 'One' } }] }],
          metadata: { button: { label: 'Go' } },
        },
      },
    ],
    [
      'section',
      {
        section: {
          items: [{ list: { text: 'x', actions: [{ link }] } }],
          configurations: { columns: '1' },
        },
      },
      {
        type: 'section',
        section: {
          items: [{ type: 'list', list: { text: 'x', actions: [{ type: 'link', link }] } }],
          configurations: { columns: '1' },
        },
      },
    ],
    [
      'authentication',
      { authentication: { disclaimer: true, expirationTime: 5, actions: [{ link }] } },
      {
        type: 'authentication',
        authentication: { otp: { disclaimer: true, expirationTime: 5, actions: [{ type: 'link', link }] } },
      },
    ],
    [
      'request for a permission',
      { permissionRequest: 'call' },
      { type: 'action', permission_request: { resource: 'call' } },
    ],
  ])('of a %s is sent as Bird takes it', async (_, body, sent) => {
    expect(await sentFor(inputOf({ body }))).toEqual({ receiver: { contacts: TO }, body: sent });
  });

  test('may be a template', async () => {
    const template = {
      projectId: 'p',
      version: 'latest',
      locale: 'nl',
      parameters: [{ type: 'STRING', key: 'name', value: 'Ada' }],
      attachments: [{ mediaUrl: 'https://example.com/a', filename: 'a.pdf', inline: true }],
      settings: { disallowMmLite: null, useMmLite: true },
      shortLinks: { enabled: true, domain: 'default' },
      utmParameters: [{ key: 'utm_source', reference: 'PLATFORM_NAME' }],
    };
    expect(await sentFor(inputOf({ body: undefined, template }))).toEqual({
      receiver: { contacts: TO },
      template: {
        ...template,
        parameters: [{ type: 'string', key: 'name', value: 'Ada' }],
        utmParameters: [{ key: 'utm_source', reference: 'platform_name' }],
      },
    });
  });
});

test('everything else stands where Bird takes it', async () => {
  const input = inputOf({
    recipients: [
      { contactId: gid('BirdContact', 'ada'), type: 'TO' },
      {
        identifierKey: 'emailaddress',
        identifierValue: 'bob@example.com',
        type: 'BCC',
        platformAddress: 'b@example.com',
        platformAddressSelector: null,
        identifiers: [{ identifierKey: 'phonenumber', identifierValue: '+31612345678' }],
      },
    ],
    sender: 'clinic',
    senderName: 'The Clinic',
    reference: 'r-1',
    replyTo: { id: gid('BirdMessage', 'sms', 'before'), type: 'MESSAGE' },
    tags: ['a b', 'c-d_e'],
    meta: {
      extraInformation: { useCase: 'marketing' },
      email: { subject: 'Hi', headers: { a: 'b' }, from: { displayName: 'Clinic' } },
      pushNotifications: { gatewayTypeOverride: 'APNS' },
    },
    notificationUrl: 'https://example.com/events',
    scheduledFor: '2026-02-01T12:00:00+01:00',
    validity: 0,
    shortLinksDomain: 'default',
    enableLinkTracking: false,
    capFrequency: true,
    ignoreQuietHours: true,
    ignoreGlobalHoldout: false,
  });
  expect(await sentFor(input)).toEqual({
    receiver: {
      contacts: [
        { id: idOf('ada'), type: 'to' },
        {
          identifierKey: 'emailaddress',
          identifierValue: 'bob@example.com',
          type: 'bcc',
          platformAddress: 'b@example.com',
          platformAddressSelector: null,
          identifiers: [{ identifierKey: 'phonenumber', identifierValue: '+31612345678' }],
        },
      ],
    },
    body: { type: 'text', text: { text: 'hello' } },
    sender: { connector: { identifierValue: 'clinic', annotations: { name: 'The Clinic' } } },
    reference: 'r-1',
    replyTo: { id: idOf('before'), type: 'message' },
    tags: ['a b', 'c-d_e'],
    meta: {
      extraInformation: { useCase: 'marketing' },
      email: { subject: 'Hi', headers: { a: 'b' }, from: { displayName: 'Clinic' } },
      pushNotifications: { gatewayTypeOverride: 'apns' },
    },
    notification: { url: 'https://example.com/events' },
    scheduledFor: '2026-02-01T11:00:00.000Z',
    validity: 0,
    shortLinks: { domain: 'default' },
    enableLinkTracking: false,
    capFrequency: true,
    ignoreQuietHours: true,
    ignoreGlobalHoldout: false,
  });
});

describe('an input is refused by its name, and nothing is sent', () => {
  test.each<[string, object, string]>([
    ['no body and no template', { body: undefined }, 'input.body'],
    ['a body that is null', { body: null }, 'input.body'],
    ['a reference that is null', { reference: null }, 'input.reference'],
    [
      'a text’s metadata that is null',
      { body: { text: { text: 'x', metadata: null } } },
      'input.body.text.metadata',
    ],
    [
      'a subject that is null',
      { body: { text: { text: 'x', metadata: { subject: null } } } },
      'input.body.text.metadata.subject',
    ],
    ['a word that is unknown', { replyTo: { id: idOf('m'), type: 'UNKNOWN' } }, 'input.replyTo.type'],
    [
      'a code that lasts too long',
      { body: { authentication: { disclaimer: true, expirationTime: 91 } } },
      'input.body.authentication.expirationTime',
    ],
    [
      'a button with too much small print',
      { body: { text: { text: 'x', actions: [{ reply: { text: 'y', description: 'a'.repeat(73) } }] } } },
      'input.body.text.actions.reply.description',
    ],
    ['a body and a template', { template: { name: 't' } }, 'input.body'],
    ['nobody to send to', { recipients: [] }, 'input.recipients'],
    ['a recipient who is not named', { recipients: [{ type: 'TO' }] }, 'input.recipients'],
    [
      'a recipient who is named twice',
      { recipients: [{ contactId: idOf('ada'), identifierValue: '+1' }] },
      'input.recipients',
    ],
    [
      'a recipient that is no contact',
      { recipients: [{ contactId: gid('BirdChannel', 'sms') }] },
      'input.recipients',
    ],
    [
      'a contact of another workspace',
      {
        recipients: [
          { contactId: Buffer.from(`BirdContact:${idOf('elsewhere')}/${idOf('ada')}`).toString('base64') },
        ],
      },
      'input.recipients',
    ],
    ['a channel that is none', { channelId: 'sms' }, 'input.channelId'],
    ['too many tags', { tags: Array(11).fill('a') }, 'input.tags'],
    ['a tag with a comma', { tags: ['a,b'] }, 'input.tags'],
    ['an empty tag', { tags: [''] }, 'input.tags'],
    ['a tag that is too long', { tags: ['a'.repeat(51)] }, 'input.tags'],
    ['a negative validity', { validity: -1 }, 'input.validity'],
    ['an answer to no id', { replyTo: { id: 'm', type: 'MESSAGE' } }, 'input.replyTo.id'],
    ['the name of no sender', { senderName: 'Clinic' }, 'input.senderName'],
    [
      'a latitude beyond the pole',
      { body: { location: { latitude: 90.1, longitude: 0 } } },
      'input.body.location.latitude',
    ],
    [
      'a longitude beyond the world',
      { body: { location: { latitude: 0, longitude: -181 } } },
      'input.body.location.longitude',
    ],
    ['HTML without words', { body: { html: { metadata: { subject: 'x' } } } }, 'input.body.html'],
    [
      'a file without its media type',
      { body: { file: { files: [{ mediaUrl: 'https://example.com/f' }] } } },
      'input.body.file.files',
    ],
  ])('%s', async (_, more, field) => {
    await using pigeon = await startBird();
    const { extensions, path } = await pigeon.refusal(MUTATION, { input: inputOf(more) });
    expect([extensions.code, extensions.fields, path]).toEqual([
      'BAD_USER_INPUT',
      [field],
      ['sendBirdMessage'],
    ]);
    expect(pigeon.calls()).toEqual([]);
  });

  test.each<[string, object]>([
    ['a body of two kinds', { body: { text: { text: 'a' }, gif: { mediaUrl: 'b' } } }],
    [
      'an action of two kinds',
      { body: { text: { text: 'a', actions: [{ reply: { text: 'a' }, link: { text: 'b', url: 'c' } }] } } },
    ],
    ['a time without a zone', { scheduledFor: '2026-02-01T12:00:00' }],
    ['a field that is none', { priority: 1 }],
  ])('%s', async (_, more) => {
    await using pigeon = await startBird();
    const { extensions } = await pigeon.refusal(MUTATION, { input: inputOf(more) });
    expect(extensions.code).toBe('BAD_USER_INPUT');
    expect(pigeon.calls()).toEqual([]);
  });
});

describe('Bird’s refusal', () => {
  const refused = async (answer: Answer) => {
    await using pigeon = await startBird({ [SEND]: answer });
    const error = await pigeon.refusal(MUTATION, { input: inputOf() });
    return { error, calls: pigeon.calls() };
  };

  test.each([
    [400, 'BAD_USER_INPUT'],
    [404, 'NOT_FOUND'],
    [409, 'CONFLICT'],
    [413, 'PAYLOAD_TOO_LARGE'],
    [422, 'BAD_USER_INPUT'],
    [401, 'UPSTREAM_REFUSED'],
    [403, 'UPSTREAM_REFUSED'],
    [408, 'OUTCOME_UNKNOWN'],
    [500, 'OUTCOME_UNKNOWN'],
    [503, 'OUTCOME_UNKNOWN'],
  ])('with %i is %s, and nothing is sent again', async (status, code) => {
    const { error, calls } = await refused({ status, body: { code: 'X', message: '+31612345678' } });
    expect(error.extensions).toMatchObject({
      code,
      retryable: false,
      upstream: { method: 'POST', path: '/workspaces/{workspaceId}/channels/{channelId}/messages', status },
    });
    expect(JSON.stringify(error)).not.toContain('+31612345678');
    expect(calls).toEqual([SEND]);
  });

  test.each([
    ['body.text.text', 'input.body'],
    ['receiver.contacts', 'input.recipients'],
    ['receiver.contacts[0].identifierValue', 'input.recipients'],
    ['body.receiver', 'input.recipients'],
    ['tags[1]', 'input.tags'],
    ['body.tags', 'input.tags'],
    ['notification.url', 'input.notificationUrl'],
    ['shortLinks', 'input.shortLinksDomain'],
    ['template.projectId', 'input.template'],
    ['constructor', 'input.constructor'],
  ])('of %s names %s', async (field, named) => {
    const { error } = await refused({
      status: 422,
      body: { code: 'X', message: 'no', details: { [field]: ['bad'] } },
    });
    expect(error.extensions.fields).toEqual([named]);
  });

  test('with 429 means that nothing happened, so it is sent again', async () => {
    let asked = 0;
    await using pigeon = await startBird({
      [SEND]: () => (asked++ === 0 ? { status: 429, headers: { 'retry-after': '0' } } : accepted),
    });
    const { sendBirdMessage } = await pigeon.query(MUTATION, { input: inputOf() });
    expect(sendBirdMessage.message.nativeId).toBe(idOf('sent'));
    expect(pigeon.calls()).toEqual([SEND, SEND]);
  });

  test('with 429 that asks for more time than there is comes through', async () => {
    const { error, calls } = await refused({ status: 429, headers: { 'retry-after': '9' } });
    expect(error.extensions).toMatchObject({ code: 'RATE_LIMITED', retryable: true, retryAfter: 9 });
    expect(calls).toEqual([SEND]);
  });
});

describe('an answer that is lost leaves the outcome unknown, and nothing is sent again', () => {
  test.each<[string, Answer]>([
    ['dropped', { destroy: true }],
    ['502', { status: 502 }],
    ['504', { status: 504 }],
    ['no JSON', { status: 202, raw: '{' }],
    ['empty', { status: 202, raw: '' }],
    ['of another shape', { status: 202, body: { accepted: true } }],
    ['too late', { delayMs: 600 }],
  ])('%s', async (_, answer) => {
    await using pigeon = await startBird({ [SEND]: answer }, { deadlineMs: 300 });
    const { extensions } = await pigeon.refusal(MUTATION, { input: inputOf() });
    expect(extensions).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      retryable: false,
      upstream: { method: 'POST' },
    });
    expect(pigeon.calls()).toEqual([SEND]);
  });
});

test('two sends of one mutation are two messages', async () => {
  await using pigeon = await startBird({ [SEND]: accepted });
  await pigeon.query(
    `mutation ($input: SendBirdMessageInput!) { a: sendBirdMessage(input: $input) { message { id } } b: sendBirdMessage(input: $input) { message { id } } }`,
    { input: inputOf() },
  );
  expect(pigeon.calls()).toEqual([SEND, SEND]);
});

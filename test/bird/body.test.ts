import { expect, test } from 'vitest';
import { messageRow, page, startBird } from './bird.ts';

const FIELDS = `
  fragment Action on BirdMessageAction { type text url payload imageUrl description amountCents currency }
  fragment Item on BirdMessageItem { title description mediaUrl altText actions { ...Action } }
  fragment Media on BirdMedia { mediaUrl altText contentType filename isAnimated }
  fragment Body on BirdMessageBody {
    __typename
    ... on BirdTextBody { text attachments { filename mediaUrl contentType inline contentId } actions { ...Action } subject metadata { subject headers whatsapp { previewUrl } } }
    ... on BirdHtmlBody { html words: text subject metadata { subject openTracking } attachments { filename mediaUrl contentType } actions { type } }
    ... on BirdImageBody { images { ...Media } words: text actions { type } subject metadata { fallbackText } }
    ... on BirdFileBody { files { ...Media } words: text actions { type } subject metadata { fallbackText } }
    ... on BirdGifBody { mediaUrl altText words: text actions { type } metadata { telegram { parseMode } } }
    ... on BirdLocationBody { latitude longitude address label }
    ... on BirdCarouselBody { items { ...Item } words: text }
    ... on BirdListBody { title text altText items { ...Item } actions { ...Action } metadata { button { label } } }
    ... on BirdAuthenticationBody { disclaimer expirationTime actions { type } }
    ... on BirdActionBody { resource }
    ... on BirdTemplateBody {
      projectId version locale name parameters { type key value } variables files: attachments { filename mediaUrl inline }
      settings { disallowMmLite useMmLite } shortLinks { enabled domain } utmParameters { key value reference }
    }
    ... on UnknownBody { type json }
  }`;

const shown = async (row: object): Promise<{ text: string | null; body: unknown }> => {
  await using pigeon = await startBird({ 'GET /channels/messages': page([messageRow('m', { ...row })]) });
  const { bird } = await pigeon.query(`${FIELDS} {
    bird { messages { nodes { text body {
      ...Body ... on BirdSectionBody { configurations inner: items { ...Body ... on BirdSectionBody { configurations } } }
    } } } } }`);
  return bird.messages.nodes[0];
};

const withoutNulls = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, inner) => (inner === null ? undefined : inner)));

const link = { type: 'link', link: { text: 'Read', url: 'https://example.com' } };
const postback = {
  type: 'postback',
  postback: { text: 'Yes', payload: 'y', imageUrl: 'https://example.com/y.png' },
};
const buy = { type: 'buy', buy: { text: 'Buy', amountCents: 100, currency: 'EUR' } };
const place = { type: 'locationRequest', locationRequest: { text: 'Where?' } };
const reply = { type: 'reply', reply: { text: 'No' } };

const SHOWN_ACTIONS = [
  { type: 'LINK', text: 'Read', url: 'https://example.com' },
  { type: 'POSTBACK', text: 'Yes', payload: 'y', imageUrl: 'https://example.com/y.png' },
  { type: 'BUY', text: 'Buy', amountCents: 100, currency: 'EUR' },
  { type: 'LOCATION_REQUEST', text: 'Where?' },
  { type: 'REPLY', text: 'No' },
];

test.each<[string, object, object, string | null]>([
  [
    'text',
    {
      text: 'hello',
      attachments: [
        {
          filename: 'a.pdf',
          mediaUrl: 'https://example.com/a',
          contentType: 'application/pdf',
          inline: false,
        },
      ],
      actions: [link, postback, buy, place, reply],
      metadata: { subject: 'S', headers: { a: 'b' }, whatsapp: { previewUrl: true } },
    },
    {
      __typename: 'BirdTextBody',
      text: 'hello',
      attachments: [
        {
          filename: 'a.pdf',
          mediaUrl: 'https://example.com/a',
          contentType: 'application/pdf',
          inline: false,
        },
      ],
      actions: SHOWN_ACTIONS,
      subject: 'S',
      metadata: { subject: 'S', headers: { a: 'b' }, whatsapp: { previewUrl: true } },
    },
    'hello',
  ],
  [
    'html',
    { html: '<b>hi</b>', text: 'hi', metadata: { subject: 'Hello', openTracking: true } },
    {
      __typename: 'BirdHtmlBody',
      html: '<b>hi</b>',
      words: 'hi',
      subject: 'Hello',
      metadata: { subject: 'Hello', openTracking: true },
    },
    'hi',
  ],
  ['html', { html: '<b>hi</b>' }, { __typename: 'BirdHtmlBody', html: '<b>hi</b>' }, null],
  [
    'image',
    {
      images: [{ mediaUrl: 'https://example.com/i', altText: 'A cat' }],
      text: 'look',
      actions: [link],
      metadata: { subject: 'Look' },
    },
    {
      __typename: 'BirdImageBody',
      subject: 'Look',
      metadata: {},
      images: [{ mediaUrl: 'https://example.com/i', altText: 'A cat' }],
      words: 'look',
      actions: [{ type: 'LINK' }],
    },
    'look',
  ],
  [
    'file',
    { files: [{ mediaUrl: 'https://example.com/f', contentType: 'audio/ogg', filename: 'f.ogg' }] },
    {
      __typename: 'BirdFileBody',
      files: [{ mediaUrl: 'https://example.com/f', contentType: 'audio/ogg', filename: 'f.ogg' }],
    },
    null,
  ],
  [
    'gif',
    { mediaUrl: 'https://example.com/g', altText: 'A dance', text: 'ha' },
    { __typename: 'BirdGifBody', mediaUrl: 'https://example.com/g', altText: 'A dance', words: 'ha' },
    'ha',
  ],
  [
    'location',
    { coordinates: { latitude: 52.4, longitude: 4.9 }, location: { address: 'Dam 1', label: 'Palace' } },
    { __typename: 'BirdLocationBody', latitude: 52.4, longitude: 4.9, address: 'Dam 1', label: 'Palace' },
    null,
  ],
  [
    'carousel',
    {
      items: [{ title: 'One', description: 'first', mediaUrl: 'https://example.com/1', actions: [reply] }],
      text: 'pick',
    },
    {
      __typename: 'BirdCarouselBody',
      items: [
        {
          title: 'One',
          description: 'first',
          mediaUrl: 'https://example.com/1',
          actions: [{ type: 'REPLY', text: 'No' }],
        },
      ],
      words: 'pick',
    },
    'pick',
  ],
  [
    'list',
    {
      title: 'Menu',
      text: 'pick',
      altText: 'a menu',
      items: [{ title: 'One' }],
      actions: [reply],
      metadata: { button: { label: 'Go' } },
    },
    {
      __typename: 'BirdListBody',
      title: 'Menu',
      text: 'pick',
      altText: 'a menu',
      items: [{ title: 'One' }],
      actions: [{ type: 'REPLY', text: 'No' }],
      metadata: { button: { label: 'Go' } },
    },
    'pick',
  ],
  [
    'authentication',
    { otp: { disclaimer: true, expirationTime: 10, actions: [link] } },
    {
      __typename: 'BirdAuthenticationBody',
      disclaimer: true,
      expirationTime: 10,
      actions: [{ type: 'LINK' }],
    },
    null,
  ],
  [
    'section',
    {
      items: [
        { type: 'text', text: { text: 'above' } },
        {
          type: 'section',
          section: { items: [{ type: 'text', text: { text: 'inside' } }], configurations: { c: '2' } },
        },
        { type: 'hologram', hologram: {} },
      ],
      configurations: { columns: '1' },
    },
    {
      __typename: 'BirdSectionBody',
      configurations: { columns: '1' },
      inner: [
        { __typename: 'BirdTextBody', text: 'above' },
        { __typename: 'BirdSectionBody', configurations: { c: '2' } },
        { __typename: 'UnknownBody', type: 'hologram', json: { type: 'hologram', hologram: {} } },
      ],
    },
    'above\ninside',
  ],
])('a body of type %s is shown whole: %#', async (type, content, expected, text) => {
  const row = await shown({ body: { type, [type]: content } });
  expect(withoutNulls(row.body)).toEqual(expected);
  expect(row.text).toBe(text);
});

test.each(['action', 'permission_request'])(
  'a request for a permission is shown under the word %s',
  async (type) => {
    const { body } = await shown({ body: { type, permission_request: { resource: 'call' } } });
    expect(body).toEqual({ __typename: 'BirdActionBody', resource: 'call' });
  },
);

test('a template is shown in place of a body', async () => {
  const template = {
    projectId: 'p',
    version: 'latest',
    locale: 'nl',
    name: 'reminder',
    parameters: [{ type: 'string', key: 'name', value: 'Ada' }],
    variables: { name: 'Ada' },
    attachments: [{ filename: 'a.pdf', mediaUrl: 'https://example.com/a', inline: true }],
    settings: { disallowMmLite: null, useMmLite: true },
    shortLinks: { enabled: true, domain: 'default' },
    utmParameters: [{ key: 'utm_source', value: 'a', reference: null }],
  };
  const { attachments: files, parameters: _, ...fields } = template;
  const parameters = [{ type: 'STRING', key: 'name', value: 'Ada' }];
  expect(await shown({ body: undefined, template })).toEqual({
    text: null,
    body: { __typename: 'BirdTemplateBody', ...fields, parameters, files },
  });
});

test.each<[string, object]>([
  ['a type that is not known', { type: 'hologram', hologram: { url: 'https://example.com' } }],
  ['a known type without its content', { type: 'text', html: { html: 'x' } }],
  ['a word of JavaScript’s own', { type: 'constructor' }],
  ['no type', { text: { text: 'hello' } }],
])('%s is shown as its JSON', async (_, body) => {
  const type = 'type' in body ? body.type : null;
  expect((await shown({ body })).body).toEqual({ __typename: 'UnknownBody', type, json: body });
});

import { expect, test } from 'vitest';
import { globalId } from '../../src/graph/ids.ts';
import { startFront } from '../courier/front.ts';
import { message, pageOf, resource } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import { birdId } from './bird.ts';
import { BIRD_LIST, birdList, type Said } from './inbox.ts';

const PARTS = `subject attachments { url contentType name size } recipients { name address contact { id } individual { id } }
  contact { id nativeId } individual { id nativeId } conversation { id } channel { id }`;

test('a hundred messages of Bird tell all that they hold for the one call of their list', async () => {
  const said: Said[] = Array.from({ length: 100 }, (_, index) => ({
    name: `m${index}`,
    channel: 'mail',
    with: [`contact ${index % 40}`],
    at: 2 * index + 1,
    more:
      index === 99
        ? {
            body: {
              type: 'image',
              image: {
                images: [{ mediaUrl: 'https://media.example/1.png' }],
                metadata: { subject: 'Your picture' },
              },
            },
          }
        : {},
  }));
  await using front = await startFront({ bird: { [BIRD_LIST]: birdList(() => said) } });
  const { bird } = await front.data(`{ bird { messages(first: 100) { nodes { ${PARTS} } } } }`);
  expect(bird.messages.nodes).toHaveLength(100);
  expect(bird.messages.nodes[0]).toEqual({
    subject: 'Your picture',
    attachments: [{ url: 'https://media.example/1.png', contentType: null, name: null, size: null }],
    recipients: [
      {
        name: 'Called contact 19',
        address: expect.stringMatching(/^\+1202555/),
        contact: { id: birdId('BirdContact', 'contact 19') },
        individual: null,
      },
    ],
    contact: { id: birdId('BirdContact', 'contact 19'), nativeId: idOf('contact 19') },
    individual: null,
    conversation: { id: birdId('Conversation', 'mail', 'contact 19') },
    channel: { id: birdId('BirdChannel', 'mail') },
  });
  expect(bird.messages.nodes[1].attachments).toEqual([]);
  expect(front.bird.asked).toHaveLength(1);
});

test('a hundred messages of courier tell who they are from, the person too, for the one call of their list', async () => {
  const rows = Array.from({ length: 100 }, (_, index) =>
    message(`m${index}`, {
      ...(index === 0 && {
        attachments: [
          {
            id: idOf('file'),
            filename: 'plan.pdf',
            'content-type': 'application/pdf',
            'content-size': 7,
            removed: false,
          },
        ],
      }),
      ...(index === 1 && { 'user-type': 'provider', 'individual-id': idOf('desk'), 'first-name': 'Farah' }),
    }),
  );
  await using front = await startFront({
    courier: { 'GET /v1/messaging-messages/': ({ params }) => pageOf(rows, params) },
  });
  const { courier } = await front.data(
    `{ courier { messages(channelId: "${idOf('channel')}", first: 100) { nodes { ${PARTS} person { id name } } } } }`,
  );
  const [first, second] = courier.messages.nodes;
  expect(first).toEqual({
    subject: null,
    attachments: [{ url: null, contentType: 'application/pdf', name: 'plan.pdf', size: 7 }],
    recipients: null,
    contact: null,
    individual: { id: globalId('CourierIndividual', idOf('amina')), nativeId: idOf('amina') },
    conversation: { id: globalId('Conversation', idOf('channel')) },
    channel: { id: globalId('CourierChannel', idOf('channel')) },
    person: { id: globalId('Person', idOf('amina')), name: 'Amina Diallo' },
  });
  // What the organization says does not tell to whom.
  expect(second.person).toBeNull();
  expect(front.courier.asked).toHaveLength(1);
});

test('texts and emails of courier tell whom they are for', async () => {
  const email = resource('user-emails', 'email', {
    'individual-id': idOf('amina'),
    subject: 'Results',
    to: ['amina@example.com'],
    status: 'sent',
  });
  const text = resource('texts', 'text', { target: '+12025550142', status: 'delivered', message: 'hi' });
  await using front = await startFront({
    courier: {
      'GET /v1/user-emails/*/': { body: { data: email } },
      'GET /v1/texts/*/': { body: { data: text } },
    },
  });
  const ask = (id: string) =>
    front.data(
      `query ($id: ID!) { message(id: $id) { subject attachments { name } conversation { id } person { id } recipients { address individual { id } } } }`,
      { id },
    );
  expect((await ask(globalId('CourierEmail', idOf('email')))).message).toEqual({
    subject: 'Results',
    attachments: null,
    conversation: null,
    person: { id: globalId('Person', idOf('amina')) },
    recipients: [
      { address: 'amina@example.com', individual: { id: globalId('CourierIndividual', idOf('amina')) } },
    ],
  });
  expect((await ask(globalId('CourierText', idOf('text')))).message).toEqual({
    subject: null,
    attachments: null,
    conversation: null,
    person: null,
    recipients: [{ address: '+12025550142', individual: null }],
  });
});

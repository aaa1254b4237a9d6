import { globalId } from '../../src/graph/ids.ts';
import { openStream, type Stream } from '../../src/stream/stream.ts';
import { birdSignature } from '../../src/stream/webhooks/bird-signature.ts';
import { type Front, startFront } from '../courier/front.ts';
import { channel, created, individual, many, message, one, pageOf, user } from '../courier/samples.ts';
import { type Answered, WORKSPACE_ID } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import type { Asked, Prepared } from '../support/upstream.ts';
import { isPost } from './before-sends.ts';
import { birdChannel, birdContact, birdId, birdMessage, WORKSPACE } from './bird.ts';

const KEY = 'a signing key';

export const NUMBER = '+12025550100';
export const EMAIL = 'ada@example.com';
export const LINE = birdId('BirdChannel', 'line');
export const TALK = globalId('CourierChannel', idOf('talk'));
export const ADA = globalId('CourierIndividual', idOf('ada'));

export const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id source status clientId }
    scheduled { id sendAt channelId clientId }
  }
}`;

/** What a test's Ada differs in. */
export interface Ada {
  readonly contact?: object;
  readonly user?: object;
  readonly subscriber?: object;
  readonly line?: object;
  readonly talk?: object;
  readonly consents?: readonly object[];
  /** What was said over Bird and over courier, newest first. */
  readonly overBird?: readonly object[];
  readonly overCourier?: readonly ReturnType<typeof message>[];
}

type Options = Parameters<typeof startFront>[0];

/** Both upstreams and Ada, who is in both, with the stream that hears what she wishes. */
export interface Sending extends Front {
  readonly stream: Stream;
  /** Asks to send to whom the input says. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the mutation gives
  send(input: object): Promise<Answered<any>>;
  /** What was sent, as its upstream was asked for it. */
  sent(): Asked[];
  /** Posts what came in over Bird, signed. */
  inbound(text: string, more?: { from?: string; at?: Date; id?: string; channel?: string }): Promise<void>;
  /** Posts any webhook, signed. */
  webhook(event: string, payload: object): Promise<void>;
}

/** A gateway in front of both upstreams, and of Ada's. */
export const startSending = async (
  ada: Ada = {},
  { bird, courier, ...options }: Options = {},
): Promise<Sending> => {
  const known = [
    ['emailaddress', EMAIL],
    ['phonenumber', NUMBER],
  ] as const;
  const contact = birdContact('ada', known, ada.contact);
  const account = user('account', {
    email: EMAIL,
    'email-verified': true,
    phone: NUMBER,
    'phone-verified': true,
    state: 'active',
    'primary-individual-id': idOf('ada'),
    ...ada.user,
  });
  const line = birdChannel('line', ada.line);
  const talk = channel('talk', {
    subscribers: [
      { id: idOf('farah'), admin: true },
      { id: idOf('ada'), 'phone-number': NUMBER, ...ada.subscriber },
    ],
    ...ada.talk,
  });
  const { overBird = [], overCourier = [], consents = [] } = ada;
  let number = 0;
  const fromBird: Readonly<Record<string, Prepared>> = {
    [`GET ${WORKSPACE}/channels`]: { body: { results: [line] } },
    [`GET ${WORKSPACE}/channels/${idOf('line')}`]: { body: line },
    [`GET ${WORKSPACE}/channels/*`]: { status: 404 },
    [`GET ${WORKSPACE}/contacts/${idOf('ada')}`]: { body: contact },
    [`GET ${WORKSPACE}/contacts/*`]: { status: 404 },
    [`POST ${WORKSPACE}/contacts/search`]: ({ body }: Asked) => {
      const { identifier } = body as { identifier: { value: string } };
      return { body: { results: [EMAIL, NUMBER].includes(identifier.value) ? [contact] : [] } };
    },
    [`GET ${WORKSPACE}/channels/messages`]: ({ params }: Asked) => ({
      body: { results: params.has('from') || params.has('to') ? overBird.filter(sideOf(params)) : [] },
    }),
    [`POST ${WORKSPACE}/channels/${idOf('line')}/messages`]: ({ body }: Asked) => {
      number += 1;
      const { scheduledFor, ...draft } = body as Record<string, unknown>;
      const status = scheduledFor ? 'scheduled' : 'accepted';
      return { status: 202, body: birdMessage(`sent ${number}`, 'line', { ...draft, status }) };
    },
    ...bird,
  };
  const fromCourier: Readonly<Record<string, Prepared>> = {
    'GET /v1/users/': ({ params }: Asked) => pageOf([account], params),
    'GET /v1/user-consents/': many(consents as never),
    'GET /v1/individuals/*/': one(individual('ada')),
    [`GET /v1/messaging-channels/${idOf('talk')}/`]: one(talk),
    'GET /v1/messaging-channels/*/': { status: 404 },
    'GET /v1/messaging-channels/': ({ params }: Asked) => pageOf([talk], params),
    'GET /v1/messaging-messages/': ({ params }: Asked) => pageOf(overCourier, params),
    'GET /v1/user-emails/': many([]),
    'GET /v1/text-accounts/': many([]),
    'POST /v1/messaging-messages/': ({ body }: Asked) => {
      number += 1;
      const { attributes } = (body as { data: { attributes: object } }).data;
      return created(message(`sent ${number}`, { ...attributes, 'user-type': 'provider' }));
    },
    ...courier,
  };
  let stream: Stream | undefined;
  const front = await startFront({
    bird: fromBird,
    courier: fromCourier,
    deadlineMs: 20_000,
    stream: ({ publicUrl, services }) => {
      stream = openStream({
        dataDir: ':memory:',
        birdKeys: [KEY],
        publicUrl,
        workspaceId: WORKSPACE_ID,
        hearing: services,
        warn: services.warn,
      });
      return stream;
    },
    ...options,
  });
  if (!stream) throw new Error('the gateway did not open its stream');
  const webhook = async (event: string, payload: object): Promise<void> => {
    const body = JSON.stringify({ service: 'channels', event, payload });
    const timestamp = '1735776000';
    const url = `${front.gateway.publicUrl}/webhooks/bird`;
    const response = await fetch(`${front.gateway.url}/webhooks/bird`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'messagebird-request-timestamp': timestamp,
        'messagebird-signature': birdSignature(KEY, { timestamp, url, body: Buffer.from(body) }),
      },
      body,
    });
    if (response.status !== 204) throw new Error(`the webhook was answered ${response.status}`);
  };
  let posted = 0;
  return Object.assign(front, {
    stream,
    send: (input: object) => front.gateway.ask(SEND, { input: { text: 'Hello', ...input } }),
    sent: () => [...front.bird.asked, ...front.courier.asked].filter(isPost),
    webhook,
    inbound: async (
      text: string,
      {
        from = NUMBER,
        at = new Date(),
        id = 'ada',
        channel: over = 'line',
      }: { from?: string; at?: Date; id?: string; channel?: string } = {},
    ) => {
      posted += 1;
      await webhook('sms.inbound', {
        id: idOf(`inbound ${posted} ${from}`),
        channelId: idOf(over),
        status: 'delivered',
        direction: 'incoming',
        sender: { contact: { id: idOf(id), identifierKey: 'phonenumber', identifierValue: from } },
        body: { type: 'text', text: { text } },
        createdAt: at.toISOString(),
        lastStatusAt: at.toISOString(),
      });
    },
  });
};

/** Messages from, or to, whom a list is asked for. */
const sideOf =
  (params: URLSearchParams) =>
  (row: object): boolean =>
    ((row as { direction?: string }).direction === 'incoming') === params.has('from');

/** A message between Ada and the line, some minutes ago. */
export const said = (name: string, text: string, minutesAgo: number, incoming = true): object => {
  const contact = { id: idOf('ada'), identifierKey: 'phonenumber', identifierValue: NUMBER };
  const at = new Date(Date.now() - minutesAgo * 60_000).toISOString();
  return birdMessage(name, 'line', {
    ...(incoming
      ? { direction: 'incoming', sender: { contact }, receiver: { connector: { id: idOf('connector') } } }
      : { receiver: { contacts: [contact] } }),
    status: 'delivered',
    body: { type: 'text', text: { text } },
    createdAt: at,
    lastStatusAt: at,
  });
};

/** Why nothing was sent. */
export const reasonsOf = async (answered: ReturnType<Sending['send']>): Promise<unknown> => {
  const { body } = await answered;
  const [error] = body.errors ?? [];
  return error?.extensions.code === 'NOT_REACHABLE' ? error.extensions.reasons : (error ?? body.data);
};

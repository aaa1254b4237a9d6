/** Everything said to and by one person over both upstreams: the README's own query asks for it. */
import { idOf } from '../../support/ids.ts';
import { emailOf, individualId, ownContactId, phoneOf, talkId } from './world.ts';

/** Which of the people it is. */
export const WHO = 0;

/** How much was said. A page of the query has half of it. */
const SAID = 40;

export const ORGANIZATION = idOf('organization');
export const TEXT_ACCOUNT = idOf('text account');

/** Ways in which something was said, by turns. */
const KINDS = ['bird out', 'bird in', 'talk', 'email', 'text'] as const;

interface Said {
  readonly id: string;
  readonly kind: (typeof KINDS)[number];
  /** In milliseconds since the epoch: a minute before what was said after it. */
  readonly at: number;
  readonly text: string;
  /** Which of the person's channels of courier it was said in. */
  readonly nth: number;
}

/** All that was said, the newest first. */
export const SPOKEN: readonly Said[] = Array.from({ length: SAID }, (_, index) => ({
  id: idOf(`said ${index}`),
  kind: KINDS[index % KINDS.length] ?? 'text',
  at: Date.UTC(2026, 0, 30, 12) - index * 60_000,
  text: `Words ${index}`,
  nth: Math.floor(index / KINDS.length) % 3,
}));

const of = (kind: Said['kind']) => SPOKEN.filter((one) => one.kind === kind);

/** A moment as courier writes it. */
const courierTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');

const contact = {
  id: ownContactId(WHO),
  identifierKey: 'phonenumber',
  identifierValue: phoneOf(WHO),
  platformAddress: phoneOf(WHO),
  annotations: { name: 'Person 0' },
};
const connector = { id: idOf('connector'), identifierValue: '+12025550000', annotations: { name: 'Clinic' } };

/** Bird's messages from the person, or to them. */
export const birdSide = (side: 'from' | 'to') => ({
  results: of(side === 'from' ? 'bird in' : 'bird out').map(({ id, at, text }) => ({
    id,
    channelId: idOf('channel 0'),
    sender: side === 'from' ? { contact } : { connector },
    receiver: side === 'from' ? { connectors: [connector] } : { contacts: [contact] },
    body: { type: 'text', text: { text } },
    status: 'delivered',
    direction: side === 'from' ? 'incoming' : 'outgoing',
    lastStatusAt: new Date(at).toISOString(),
    createdAt: new Date(at).toISOString(),
    updatedAt: new Date(at).toISOString(),
  })),
});

const rows = (type: string, kind: Said['kind'], attributes: (said: Said) => object, nth?: number) => ({
  data: of(kind)
    .filter((said) => nth === undefined || said.nth === nth)
    .map((said) => ({ id: said.id, type, attributes: attributes(said) })),
  meta: {},
});

/** When something was last said in a channel of courier, as courier writes it. */
export const lastSaidIn = (nth: number): string =>
  courierTime(of('talk').find((said) => said.nth === nth)?.at ?? 0);

/** What was said in a channel of courier. */
export const talkMessages = (nth: number) =>
  rows(
    'messaging-messages',
    'talk',
    ({ at, text }) => ({
      'channel-id': talkId(WHO, nth),
      'individual-id': individualId(WHO),
      'first-name': 'Person',
      'last-name': '0',
      'user-type': 'participant',
      message: text,
      'posted-time': courierTime(at),
      'last-modified-time': courierTime(at),
    }),
    nth,
  );

const sent = ({ at, text }: Said) => ({
  message: text,
  status: 'delivered',
  'created-at': courierTime(at),
  'last-modified-at': courierTime(at),
});

export const emails = rows('user-emails', 'email', (said) => ({
  ...sent(said),
  'individual-id': individualId(WHO),
  subject: 'News',
}));

export const texts = rows('texts', 'text', (said) => ({
  ...sent(said),
  'account-id': TEXT_ACCOUNT,
  target: phoneOf(WHO),
}));

export const individual = {
  data: {
    id: individualId(WHO),
    type: 'individuals',
    attributes: { 'first-name': 'Person', 'last-name': String(WHO), 'owner-id': ORGANIZATION },
  },
  meta: {},
};

export const textAccounts = {
  data: [
    {
      id: TEXT_ACCOUNT,
      type: 'text-accounts',
      attributes: { name: 'Clinic', 'organization-id': ORGANIZATION },
    },
  ],
  meta: {},
};

const FIRST = 20;

/** The README's query, with a moment before all that was said, which makes it differ. */
export const personQuery = (since: string | undefined): string => `{
  person(by: { email: "${emailOf(WHO)}" }) {
    contacts { basis confidence contact { displayName } }
    individuals { basis confidence individual { firstName lastName } }
    timeline(first: ${FIRST}${since === undefined ? '' : `, since: "${since}"`}) {
      nodes { source direction status text createdAt author { name } }
      sources { source status error }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/** How each way of saying something shows in a timeline. */
const SHOWN = {
  'bird out': { source: 'BIRD', direction: 'OUTGOING', status: 'DELIVERED', name: 'Clinic' },
  'bird in': { source: 'BIRD', direction: 'INCOMING', status: 'RECEIVED', name: 'Person 0' },
  talk: { source: 'COURIER', direction: 'INCOMING', status: 'RECEIVED', name: 'Person 0' },
  email: { source: 'COURIER', direction: 'OUTGOING', status: 'DELIVERED', name: null },
  text: { source: 'COURIER', direction: 'OUTGOING', status: 'DELIVERED', name: null },
} as const;

/** The cursor of a row of a timeline. */
const cursorOf = ({ at, kind, id }: Said): string =>
  Buffer.from(
    JSON.stringify({ k: 'timeline', t: at, r: SHOWN[kind].source === 'BIRD' ? 0 : 1, i: id }),
  ).toString('base64url');

/** The data of the right answer to it. */
export const personData = () => ({
  person: {
    contacts: [
      { basis: ['EMAIL', 'PHONE'], confidence: 'VERIFIED', contact: { displayName: `Person ${WHO}` } },
    ],
    individuals: [
      { basis: ['SELF'], confidence: 'VERIFIED', individual: { firstName: 'Person', lastName: String(WHO) } },
    ],
    timeline: {
      nodes: SPOKEN.slice(0, FIRST).map(({ kind, text, at }) => {
        const { source, direction, status, name } = SHOWN[kind];
        return { source, direction, status, text, createdAt: new Date(at).toISOString(), author: { name } };
      }),
      sources: ['BIRD', 'COURIER'].map((source) => ({ source, status: 'OK', error: null })),
      pageInfo: { hasNextPage: true, endCursor: cursorOf(SPOKEN[FIRST - 1] as Said) },
    },
  },
});

import { channel } from '../courier/samples.ts';
import { idOf } from '../support/ids.ts';
import type { Asked, Prepared } from '../support/upstream.ts';
import { birdContact, birdMessage, WORKSPACE } from './bird.ts';

/** A moment so many seconds after a new year, as Bird writes it. */
export const second = (seconds: number): string =>
  new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString();

/** The same as courier writes it. */
export const courierSecond = (seconds: number): string => second(seconds).slice(0, 19).replace('T', ' ');

/** Something said with a contact over a channel of Bird; in even seconds the contact says it. */
export interface Said {
  readonly name: string;
  readonly channel: string;
  readonly with: readonly string[];
  readonly at: number;
  readonly more?: object;
}

const phone = (name: string): string =>
  `+1202555${String(Number.parseInt(idOf(name).slice(0, 4), 16) % 10_000).padStart(4, '0')}`;

/** A contact whose only identifier is a number made of its name. */
export const contactOf = (name: string) => birdContact(name, [['phonenumber', phone(name)]]);

const end = (name: string) => ({
  id: idOf(name),
  identifierKey: 'phonenumber',
  identifierValue: phone(name),
  annotations: { name: `Called ${name}` },
});

export const birdRow = ({ name, channel: of, with: whom, at, more }: Said) => {
  const [one = ''] = whom;
  const incoming = at % 2 === 0 && whom.length === 1;
  return birdMessage(name, of, {
    direction: incoming ? 'incoming' : 'outgoing',
    sender: incoming ? { contact: end(one) } : { connector: { id: idOf('connector') } },
    receiver: incoming ? { connector: { id: idOf('connector') } } : { contacts: whom.map(end) },
    createdAt: second(at),
    ...more,
  });
};

type Row = ReturnType<typeof birdRow> & { readonly sender: object; readonly receiver: object };

interface End {
  readonly identifierValue: string;
}

const valuesOf = (side: object): string[] => {
  const { contact, contacts = [] } = side as { readonly contact?: End; readonly contacts?: readonly End[] };
  return [...(contact ? [contact] : []), ...contacts].map(({ identifierValue }) => identifierValue);
};

/** Bird's list of messages over a workspace, filtered as documented, in an order of the test's choice. */
export const birdList =
  (said: () => readonly Said[], order: 'newest' | 'oldest' = 'newest'): Prepared =>
  ({ params }: Asked) => {
    const from = Date.parse(params.get('startAt') ?? second(0));
    const to = Date.parse(params.get('endAt') ?? second(1e9));
    const fits = (row: Row): boolean => {
      const time = Date.parse(row.createdAt);
      const has = (name: string, values: readonly string[]) =>
        !params.has(name) || params.getAll(name).some((value) => values.includes(value));
      return (
        time >= from &&
        time <= to &&
        has('channelId', [row.channelId]) &&
        has('from', valuesOf(row.sender)) &&
        has('to', valuesOf(row.receiver))
      );
    };
    const rows = (said().map(birdRow) as Row[])
      .filter(fits)
      .toSorted((one, other) => Date.parse(other.createdAt) - Date.parse(one.createdAt));
    if (order === 'oldest') rows.reverse();
    const start = Number(params.get('pageToken') ?? 0);
    const stop = start + Number(params.get('limit') ?? 10);
    return {
      body: { results: rows.slice(start, stop), ...(stop < rows.length && { nextPageToken: String(stop) }) },
    };
  };

/** A channel of courier in which the desk talks with somebody, last at a moment. */
export interface Talked {
  readonly name: string;
  readonly with: readonly string[];
  /** When something was said last; undefined where nothing was. */
  readonly at?: number;
  readonly unread?: number;
  /** When it was changed last, where that is another moment. */
  readonly changedAt?: number;
}

export const courierRow = ({ name, with: whom, at, unread = 0, changedAt = at ?? 0 }: Talked) =>
  channel(name, {
    subscribers: [
      { id: idOf('desk'), 'first-name': 'Farah', 'last-name': 'Desk', admin: true },
      ...whom.map((one) => ({ id: idOf(one), 'first-name': one, 'last-name': 'Diallo', admin: false })),
    ],
    'caller-new-message-count': unread,
    'caller-has-new-message': unread > 0,
    'last-modified-time': courierSecond(changedAt),
    ...(at !== undefined && {
      'last-message': {
        id: idOf(`last of ${name}`),
        message: `last of ${name}`,
        'posted-time': courierSecond(at),
        removed: false,
      },
    }),
  });

/** courier's list of channels as an inbox, sorted as it is asked to be, by either of a channel's times. */
export const courierList =
  (talked: () => readonly Talked[], by: 'at' | 'changedAt' = 'at'): Prepared =>
  ({ params }: Asked) => {
    const unread = params.get('sort') === '-unread-count';
    const value = (one: Talked) => (unread ? (one.unread ?? 0) : (one[by] ?? one.at ?? 0));
    const rows = talked().toSorted((one, other) => value(other) - value(one));
    const offset = Number(params.get('page[offset]'));
    const page = rows.slice(offset, offset + Number(params.get('page[limit]')));
    return { body: { data: page.map(courierRow), meta: {} } };
  };

export const BIRD_LIST = `GET ${WORKSPACE}/channels/messages`;
export const COURIER_LIST = 'GET /v1/communication-messages/';

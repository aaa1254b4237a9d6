/** What the upstreams of the benchmark answer, by URL. Rows are written once; only what differs is put in. */
import {
  CHANNELS_EACH,
  channelId,
  channelRow,
  contactId,
  contactRow,
  individualId,
  messageRow,
  ownContactId,
  ownerOf,
  PEOPLE,
  talkRow,
  userRow,
  WORKSPACE,
} from './world.ts';

/** A request to the upstreams. */
export interface Request {
  readonly method: string;
  readonly url: string;
  /** Its `Authorization` header. */
  readonly caller: string;
  readonly body: string;
  /** A number that is another at each request; undefined where answers are always the same. */
  readonly reading: string | undefined;
}

/** How many channels are known by their id alone. */
export const KNOWN_CHANNELS = 10_000;

/** What a page was asked for, and when, as the text of its messages says it. */
export const saidOf = (since: string | undefined, reading: string | undefined): string =>
  `${since === undefined ? '' : ` since ${since}`}${reading === undefined ? '' : ` in reading ${reading}.`}`;

/** How a channel of Bird is called. */
export const channelName = (id: string): string => `Channel ${id.slice(0, 8)}`;

/** How a contact is called on a page, and a channel of courier for a caller. */
export const contactName = (index: number, page: string | undefined): string =>
  `Person ${index}${page === undefined ? '' : ` of page ${page}`}`;
export const talkName = (index: number, nth: number, caller: string): string =>
  `Talk ${nth} of ${index} for ${caller}`;

const GAP = '@@gap@@';
/** A text with gaps, to be filled quickly. */
const filled = (value: object): ((gap: string) => string) => {
  const parts = JSON.stringify(value).split(GAP);
  return (gap) => parts.join(gap);
};

const BASE = `/workspaces/${WORKSPACE}`;
const hundred = filled({
  results: Array.from({ length: 100 }, (_, index) => messageRow(index, `Message ${index}${GAP}`)),
  nextPageToken: 'more',
});
const twenty = filled({
  results: Array.from({ length: PEOPLE }, (_, index) =>
    contactRow(index, ownContactId(index), `Person ${index}${GAP}`),
  ),
  nextPageToken: 'more',
});
const channels = new Map(
  Array.from({ length: KNOWN_CHANNELS }, (_, index) => [
    channelId(index),
    JSON.stringify(channelRow(channelId(index), channelName(channelId(index)))),
  ]),
);
const contacts = new Map(
  Array.from({ length: 100 }, (_, index) => [
    contactId(index),
    JSON.stringify(contactRow(index, contactId(index), contactName(index, undefined))),
  ]),
);
const users = Array.from({ length: PEOPLE }, (_, index) => JSON.stringify(userRow(index)));
const talks = new Map(
  Array.from({ length: PEOPLE }, (_, index) => [
    individualId(index),
    filled({
      data: Array.from({ length: CHANNELS_EACH }, (_, nth) => talkRow(index, nth, talkName(index, nth, GAP))),
      meta: {},
    }),
  ]),
);

const list = (rows: readonly (string | undefined)[]): string =>
  `{"data":[${rows.filter((row) => row !== undefined).join(',')}],"meta":{}}`;

/** The JSON to answer with; undefined where there is none. */
export const answersOf = ({ method, url, caller, reading }: Request): string | undefined => {
  if (method !== 'GET') return undefined;
  const [path = '', search = ''] = url.split('?', 2);
  const asked = () => new URLSearchParams(search);
  if (path === `${BASE}/channels/messages`)
    return hundred(saidOf(asked().get('startAt') ?? undefined, reading));
  if (path === `${BASE}/channels`) {
    return `{"results":[${asked()
      .getAll('id')
      .map((id) => channels.get(id))
      .join(',')}]}`;
  }
  if (path === `${BASE}/contacts`) {
    const page = asked().get('pageToken');
    return twenty(page === null ? '' : ` of page ${page}`);
  }
  if (path.startsWith(`${BASE}/channels/`)) return channels.get(path.slice(-36));
  if (path.startsWith(`${BASE}/contacts/`)) return contacts.get(path.slice(-36));
  if (path === '/v1/users/') {
    const email = asked().get('filter[email]');
    if (email !== null) return list([users[ownerOf(email)]]);
    const offset = Number(asked().get('page[offset]') ?? 0);
    return list(users.slice(offset, offset + Number(asked().get('page[limit]') ?? 100)));
  }
  if (path === '/v1/messaging-channels/')
    return talks.get(asked().get('participant-id') ?? '')?.(caller.replace(/^Bearer /, ''));
  return undefined;
};

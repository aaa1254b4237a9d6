/** What the upstreams of the benchmark answer, by URL. Rows are written once; only what differs is put in. */
import {
  birdSide,
  emails,
  individual,
  lastSaidIn,
  talkMessages,
  textAccounts,
  texts,
  WHO,
} from './person.ts';
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
  talkId,
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

const saidOfPage = (page: string | undefined, reading: string | undefined): string =>
  `${page === undefined ? '' : ` of page ${page}`}${reading === undefined ? '' : ` in reading ${reading}.`}`;

/** How a channel of Bird is called. */
export const channelName = (id: string): string => `Channel ${id.slice(0, 8)}`;

/** How a contact is called on a page, and a channel of courier for a caller. */
export const contactName = (index: number, page?: string, reading?: string): string =>
  `Person ${index}${saidOfPage(page, reading)}`;
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
    JSON.stringify(contactRow(index, contactId(index), contactName(index))),
  ]),
);
const users = Array.from({ length: PEOPLE }, (_, index) => JSON.stringify(userRow(index)));
const userOf = new Map(users.map((user, index) => [individualId(index), user]));
const talks = new Map(
  Array.from({ length: PEOPLE }, (_, index) => [
    individualId(index),
    filled({
      data: Array.from({ length: CHANNELS_EACH }, (_, nth) =>
        talkRow(index, nth, talkName(index, nth, GAP), lastSaidIn(nth)),
      ),
      meta: {},
    }),
  ]),
);

const list = (rows: readonly (string | undefined)[]): string =>
  `{"data":[${rows.filter((row) => row !== undefined).join(',')}],"meta":{}}`;

const JSON_OF = {
  from: JSON.stringify(birdSide('from')),
  to: JSON.stringify(birdSide('to')),
  emails: JSON.stringify(emails),
  texts: JSON.stringify(texts),
  individual: JSON.stringify(individual),
  textAccounts: JSON.stringify(textAccounts),
  found: JSON.stringify({ results: [contactRow(WHO, ownContactId(WHO), contactName(WHO))] }),
};
const talkMessagesBy = new Map(
  Array.from({ length: CHANNELS_EACH }, (_, nth) => [talkId(WHO, nth), JSON.stringify(talkMessages(nth))]),
);

type Answer = (
  request: Request,
  asked: (name: string) => string | undefined,
  url: string,
) => string | undefined;

/** How each path is answered; a path may end with any id. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  [`GET ${BASE}/channels/messages`]: ({ reading }, asked) => {
    if (asked('from')) return JSON_OF.from;
    return asked('to') ? JSON_OF.to : hundred(saidOf(asked('startAt'), reading));
  },
  [`GET ${BASE}/channels`]: (_request, _asked, url) =>
    `{"results":[${[...url.matchAll(/[?&]id=([^&]+)/g)].map(([, id = '']) => channels.get(id)).join(',')}]}`,
  [`GET ${BASE}/channels/*`]: (_request, _asked, url) => channels.get(url.slice(-36)),
  [`GET ${BASE}/contacts`]: ({ reading }, asked) => twenty(saidOfPage(asked('pageToken'), reading)),
  [`GET ${BASE}/contacts/*`]: (_request, _asked, url) => contacts.get(url.slice(-36)),
  [`POST ${BASE}/contacts/search`]: () => JSON_OF.found,
  'GET /v1/users/': (_request, asked) => {
    const email = asked('filter[email]');
    if (email !== undefined) return list([users[ownerOf(email)]]);
    const individual = asked('filter[individual-id]');
    if (individual !== undefined) return list([userOf.get(individual)]);
    const offset = Number(asked('page[offset]') ?? 0);
    return list(users.slice(offset, offset + Number(asked('page[limit]') ?? 100)));
  },
  'GET /v1/messaging-channels/': ({ caller }, asked) =>
    talks.get(asked('participant-id') ?? '')?.(caller.replace(/^Bearer /, '')),
  'GET /v1/messaging-messages/': (_request, asked) => talkMessagesBy.get(asked('channel-id') ?? ''),
  [`GET /v1/individuals/${individualId(WHO)}/`]: () => JSON_OF.individual,
  'GET /v1/user-emails/': () => JSON_OF.emails,
  'GET /v1/text-accounts/': () => JSON_OF.textAccounts,
  'GET /v1/texts/': () => JSON_OF.texts,
};

/** The JSON to answer with; undefined where there is none. */
export const answersOf = (request: Request): string | undefined => {
  const [path = '', search = ''] = request.url.split('?', 2);
  const name = `${request.method} ${path}`;
  const answer = ANSWERS[name] ?? ANSWERS[name.replace(/[^/]+$/, '*')];
  let read: URLSearchParams | undefined;
  const asked = (parameter: string): string | undefined => {
    read ??= new URLSearchParams(search);
    return read.get(parameter) ?? undefined;
  };
  return answer?.(request, asked, request.url);
};

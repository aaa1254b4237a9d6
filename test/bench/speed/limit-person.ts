/** The limit's answer to the README's query: by hand, for what the upstreams of the benchmark can hold. */

// biome-ignore lint/suspicious/noExplicitAny: rows of the upstreams, read as they come
type Json = any;

/** Reads one upstream. */
export interface Readers {
  readonly bird: (path: string) => Promise<Json>;
  readonly searchContacts: (key: string, value: string) => Promise<Json>;
  readonly courier: (path: string) => Promise<Json>;
}

const FIRST = 20;

interface Spoken {
  readonly at: number;
  readonly rank: number;
  readonly id: string;
  readonly node: object;
}

const shown = (at: number, rank: number, id: string, node: object): Spoken => ({ at, rank, id, node });

const ofBird = (row: Json): Spoken => {
  const own = row.direction === 'outgoing';
  const at = Date.parse(row.createdAt);
  return shown(at, 0, row.id, {
    source: 'BIRD',
    direction: own ? 'OUTGOING' : 'INCOMING',
    status: own ? row.status.toUpperCase() : 'RECEIVED',
    text: row.body.text.text,
    createdAt: new Date(at).toISOString(),
    author: { name: (own ? row.sender.connector : row.sender.contact).annotations.name },
  });
};

const ofCourier = (row: Json, time: string, own: boolean, status: string, name: string | null): Spoken => {
  const at = Date.parse(`${row.attributes[time].replace(' ', 'T')}Z`);
  return shown(at, 1, row.id, {
    source: 'COURIER',
    direction: own ? 'OUTGOING' : 'INCOMING',
    status,
    text: row.attributes.message,
    createdAt: new Date(at).toISOString(),
    author: { name },
  });
};

const fullName = ({ attributes }: Json): string => `${attributes['first-name']} ${attributes['last-name']}`;
const ofTalk = (row: Json) => ofCourier(row, 'posted-time', false, 'RECEIVED', fullName(row));
const ofSent = (row: Json) => ofCourier(row, 'created-at', true, row.attributes.status.toUpperCase(), null);

const page = 'page[limit]=100&page[offset]=0';

/** Answers the query, from a moment on. */
export const person = async (
  { bird, searchContacts, courier }: Readers,
  email: string,
  since: string | undefined,
): Promise<object> => {
  const users = await courier(`/v1/users/?filter[email]=${encodeURIComponent(email)}&${page}`);
  const id = users.data[0].attributes['primary-individual-id'];
  const { phone } = users.data[0].attributes;
  const second = since?.slice(0, 19).replace('T', ' ');
  const span = second === undefined ? '' : `&filter[cmp-posted-time]=${encodeURIComponent(`>=${second}`)}`;
  const start = since === undefined ? '' : `&startAt=${since}`;
  const people = (async () => {
    const found = await Promise.all([
      searchContacts('emailaddress', email),
      searchContacts('phonenumber', phone),
    ]);
    return [...new Map(found.flatMap(({ results }) => results).map((row: Json) => [row.id, row])).values()];
  })();
  const own = courier(`/v1/individuals/${id}/`);
  const fromBird = people.then(async (contacts) => {
    const values = contacts.flatMap((row: Json) => row.featuredIdentifiers.map((one: Json) => one.value));
    const lists = await Promise.all(
      ['from', 'to'].map((side) =>
        bird(
          `/channels/messages?${values.map((value) => `${side}=${encodeURIComponent(value)}`).join('&')}${start}&limit=99`,
        ),
      ),
    );
    return lists.flatMap(({ results }) => results.map(ofBird));
  });
  const fromTalks = courier(
    `/v1/messaging-channels/?participant-id=${id}&page[limit]=50&page[offset]=0`,
  ).then(async ({ data }) => {
    const lists = await Promise.all(
      data.map((row: Json) => courier(`/v1/messaging-messages/?channel-id=${row.id}${span}&${page}`)),
    );
    return lists.flatMap((list: Json) => list.data.map(ofTalk));
  });
  const fromEmails = courier(`/v1/user-emails/?individual-id=${id}&${page}`).then(({ data }) =>
    data.map(ofSent),
  );
  const fromTexts = Promise.all([own, courier(`/v1/users/?filter[individual-id]=${id}&${page}`)]).then(
    async ([{ data: individual }, { data: accounts }]) => {
      const owner = individual.attributes['owner-id'];
      const { data } = await courier(`/v1/text-accounts/?organization-id=${owner}&${page}`);
      const lists = await Promise.all(
        data.flatMap((account: Json) =>
          accounts.map((user: Json) =>
            courier(
              `/v1/texts/?account-id=${account.id}&filter[target]=${encodeURIComponent(user.attributes.phone)}&${page}`,
            ),
          ),
        ),
      );
      return lists.flatMap((list: Json) => list.data.map(ofSent));
    },
  );
  const all: Spoken[] = (await Promise.all([fromBird, fromTalks, fromEmails, fromTexts])).flat();
  all.sort((one, other) => other.at - one.at || one.rank - other.rank || (one.id < other.id ? -1 : 1));
  const last = all[FIRST - 1];
  const cursor = { k: 'timeline', t: last?.at, r: last?.rank, i: last?.id };
  const { attributes } = (await own).data;
  return {
    person: {
      contacts: (await people).map((row: Json) => ({
        basis: ['EMAIL', 'PHONE'],
        confidence: 'VERIFIED',
        contact: { displayName: row.computedDisplayName },
      })),
      individuals: [
        {
          basis: ['SELF'],
          confidence: 'VERIFIED',
          individual: { firstName: attributes['first-name'], lastName: attributes['last-name'] },
        },
      ],
      timeline: {
        nodes: all.slice(0, FIRST).map(({ node }) => node),
        sources: ['BIRD', 'COURIER'].map((source) => ({ source, status: 'OK', error: null })),
        pageInfo: {
          hasNextPage: all.length > FIRST,
          endCursor: Buffer.from(JSON.stringify(cursor)).toString('base64url'),
        },
      },
    },
  };
};

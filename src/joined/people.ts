import { searchContacts } from '../bird/contact-search.ts';
import { BirdContact, contacts } from '../bird/resources/contact.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { readRows } from '../courier/read-rows.ts';
import { users } from '../courier/resources/user.ts';
import { connect, writeCursor } from '../graph/connection.ts';
import { InputError } from '../graph/errors.ts';
import { rest } from '../graph/ledger.ts';
import { weighs } from '../graph/weight.ts';
import { askSources, type Part } from './ask-sources.ts';
import { contactName, fullName } from './author-names.ts';
import { attributeOf, contactsBy, evidenceOf, usersOf, workspaceOf } from './evidence.ts';
import { aroundContact, aroundIndividual, type PersonRow, verified } from './find-person.ts';
import { type Identifier, toEmail, toPhone } from './identifier.ts';
import { identityReads } from './identity.ts';
import { PersonConnection, type Searched } from './people-connection.ts';
import { describeContact, describeUser, type PeopleSearch, readSearch } from './people-match.ts';
import { countSearch } from './search-limit.ts';

/** How many people a search gives by default, and at the most. */
const DEFAULT_FIRST = 20;
const MAX_FIRST = 100;

/** How many rows of each upstream's list are looked through: so many of their pages, ten and five. */
const MOST_CONTACTS = 1000;
const MOST_USERS = 5000;

/** Somebody who was found in one upstream. */
interface Found {
  readonly name: string;
  /** The key of the contact, or the individual's id. */
  readonly key: string;
  readonly person: PersonRow;
}

/** The address or number that a search is in full; undefined where it is none. */
const identifierIn = (context: Context, { text }: PeopleSearch): Identifier | undefined => {
  const email = toEmail(text);
  if (email) return email;
  const phone = toPhone(text, context.services.defaultRegion);
  return phone?.kind === 'phone' && phone.exact ? phone : undefined;
};

const inBird = async (
  context: Context,
  search: PeopleSearch,
  say: (searched: Searched) => void,
): Promise<Part<Found>> => {
  const workspaceId = workspaceOf(context);
  const exact = identifierIn(context, search);
  const [page, known] = await Promise.all([
    contacts.read(context, { first: MOST_CONTACTS }, {}, true, `${workspaceId}/`),
    exact ? contactsBy(context, attributeOf(exact), [exact.value, search.text.trim()]) : [],
  ]);
  const rows = page.edges.map(({ node }) => node);
  say({ source: 'bird', looked: rows.length, whole: !page.pageInfo.hasNextPage });
  const found = [...known, ...rows.filter((row) => search.matches(describeContact(row)))];
  const each = new Map(found.map((row) => [BirdContact.key(row), row]));
  return {
    rows: [...each].map(([key, row]) => ({
      key,
      name: contactName(row) ?? '',
      person: aroundContact(context, row),
    })),
  };
};

const inCourier = async (
  context: Context,
  search: PeopleSearch,
  say: (searched: Searched) => void,
): Promise<Part<Found>> => {
  const exact = identifierIn(context, search);
  const [{ rows, whole }, known] = await Promise.all([
    readRows(context, users, {}, MOST_USERS),
    exact ? evidenceOf(context, exact) : undefined,
  ]);
  say({ source: 'courier', looked: rows.length, whole });
  const holders = [...new Set(known?.holders?.flatMap(({ individualId }) => individualId || []))];
  const named = await Promise.all(holders.map((id) => usersOf(context, id)));
  const found = [...named.flat(), ...rows.filter((user) => search.matches(describeUser(user)))];
  const each = new Map(
    found.flatMap((user) => {
      const key = user['primary-individual-id'];
      return key ? [[key, user] as const] : [];
    }),
  );
  return {
    rows: [...each].map(([key, user]) => ({
      key,
      name: fullName(user['first-name'], user['last-name']) ?? '',
      person: aroundIndividual(context, key),
    })),
  };
};

/** Those who were found, each person once: a contact who surely is an individual that was found is no other. */
const distinct = async (found: readonly Found[]): Promise<Found[]> => {
  const individuals = new Set(found.filter(({ key }) => !key.includes('/')).map(({ key }) => key));
  const all = await Promise.all(
    found.map(async (one) => {
      if (!one.key.includes('/') || individuals.size === 0) return one;
      // Where nobody can say who a contact is, it stands for itself.
      const matches = await one.person.individuals().catch(() => []);
      return verified(matches).some(({ individualId }) => individuals.has(individualId ?? '')) ? [] : one;
    }),
  );
  return all.flat();
};

const byName = (one: Found, other: Found): number =>
  one.name.localeCompare(other.name, 'en') || (one.key < other.key ? -1 : 1);

const countOf = (first: number | null | undefined): number => {
  const count = first ?? DEFAULT_FIRST;
  if (count < 0 || count > MAX_FIRST) throw new InputError('first', `must be between 0 and ${MAX_FIRST}`);
  return count;
};

builder.queryField('people', (t) =>
  t.field({
    type: PersonConnection,
    description: [
      'People of both upstreams by the beginnings of their names, in any order, of an email address, or of a phone',
      'number, sorted by name. Neither upstream can be asked so, and Pigeon keeps no names or addresses: the first 1,000',
      'contacts and the first 5,000 users are read and compared, and `searched` says whether these are all; a whole',
      'address or number is found however many there are. It costs ten calls of each upstream’s at most,',
      'and one for each contact that may be an individual of courier while the directory has not been read.',
    ].join(' '),
    directives: rest(contacts, searchContacts, users, ...identityReads),
    extensions: weighs((asked) => {
      const first = asked.arg('first');
      return {
        calls: { bird: 1, courier: 1 },
        estimated: { bird: 20, courier: 20 },
        rows: Math.min(MAX_FIRST, typeof first === 'number' ? Math.max(0, first) : DEFAULT_FIRST),
      };
    }),
    args: {
      search: t.arg.string({
        required: true,
        description:
          'What a name, an address or a number begins with: 2 characters or more, 4 digits of a number.',
      }),
      first: t.arg.int({ description: 'How many people: 0 to 100, by default 20.' }),
    },
    resolve: async (_root, args, context): Promise<never> => {
      const first = countOf(args.first);
      const search = readSearch(args.search);
      countSearch(context);
      const searched: Searched[] = [];
      const say = (one: Searched) => void searched.push(one);
      const { rows, sources } = await askSources<Found>(context, (source) =>
        source === 'bird' ? inBird(context, search, say) : inCourier(context, search, say),
      );
      const found = (await distinct(rows)).toSorted(byName);
      const edges = found
        .slice(0, first)
        .map(({ key, person: node }) => ({ node, cursor: writeCursor({ k: 'people', i: key }) }));
      const people = connect(edges, {}, found.length > first);
      return {
        ...people,
        sources,
        searched: searched.toSorted((one) => (one.source === 'bird' ? -1 : 1)),
      } as never;
    },
  }),
);

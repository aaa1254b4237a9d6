import { openDirectory, type RunningDirectory } from '../../src/joined/directory.ts';
import { contract } from '../courier/contract.ts';
import { individual, one, pageOf, resource } from '../courier/samples.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { idOf } from '../support/ids.ts';
import { type Asked, type Prepared, startUpstream, type Upstream } from '../support/upstream.ts';
import { birdContact, birdId, WORKSPACE } from './bird.ts';

/** What courier has of a user: verified, active and the individual of their name unless it is said otherwise. */
export interface UserSpec {
  /** Name of the individual that the user is; null for a user who is none. */
  readonly is?: string | null;
  readonly email?: string;
  readonly phone?: string;
  readonly emailVerified?: boolean;
  readonly phoneVerified?: boolean;
  readonly state?: string | null;
  /** Names of the individuals the user may act for beside their own. */
  readonly for?: readonly string[];
}

/** Who is known where, by name: contacts by their addresses and numbers. */
export interface World {
  readonly contacts: Readonly<Record<string, readonly string[]>>;
  readonly users: Readonly<Record<string, UserSpec>>;
  /** Names of the users that a forwarded credential shows; all to every other one. */
  readonly shown?: Readonly<Record<string, readonly string[]>>;
}

export const contactId = (name: string): string => idOf(`contact ${name}`);

const same = (one: string | undefined, other: string): boolean =>
  one?.trim().toLowerCase() === other.trim().toLowerCase();

/** Both upstreams' answers; contacts are found by the very spelling that Bird has. */
const answersOf = ({ contacts, users, shown = {} }: World) => {
  const rows = Object.entries(contacts).map(([name, values]) => ({
    ...birdContact(
      name,
      values.map((value) => [value.includes('@') ? 'emailaddress' : 'phonenumber', value]),
    ),
    id: contactId(name),
  }));
  const accounts = Object.entries(users).map(([name, user]) => ({
    name,
    may: user.for?.map(idOf) ?? [],
    row: resource('users', `user ${name}`, {
      'first-name': name,
      ...(user.email !== undefined && { email: user.email }),
      ...(user.phone !== undefined && { phone: user.phone }),
      'email-verified': user.emailVerified ?? true,
      'phone-verified': user.phoneVerified ?? true,
      ...(user.state !== null && { state: user.state ?? 'active' }),
      ...(user.is !== null && { 'primary-individual-id': idOf(user.is ?? name) }),
    }),
  }));
  const individuals = new Map(
    Object.entries(users)
      .flatMap(([name, user]) => [user.is === null ? [] : (user.is ?? name), user.for ?? []].flat())
      .map((name) => [idOf(name), name]),
  );
  const list: Prepared = ({ params, headers }) => {
    const email = params.get('filter[email]');
    const individualId = params.get('filter[individual-id]');
    const mine = shown[headers.authorization ?? ''];
    const found = accounts.filter(
      ({ name, row: { attributes }, may }) =>
        (mine?.includes(name) ?? true) &&
        (email === null || same(attributes.email as string | undefined, email)) &&
        (individualId === null ||
          attributes['primary-individual-id'] === individualId ||
          may.includes(individualId)),
    );
    return pageOf(
      found.map(({ row }) => row),
      params,
    );
  };
  return {
    bird: {
      [`POST ${WORKSPACE}/contacts/search`]: ({ body }: Asked) => {
        const { key, value } = (body as { identifier: { key: string; value: string } }).identifier;
        const has = (row: (typeof rows)[number]) =>
          row.featuredIdentifiers.some((known) => known.key === key && known.value === value);
        return { body: { results: rows.filter(has) } };
      },
      [`GET ${WORKSPACE}/contacts/*`]: ({ path }: Asked) => {
        const row = rows.find(({ id }) => path.endsWith(id));
        return row ? { body: row } : { status: 404 };
      },
      [`GET ${WORKSPACE}/contacts`]: ({ params }: Asked) => {
        const from = Number(params.get('pageToken') ?? 0);
        const to = from + Number(params.get('limit') ?? 10);
        return {
          body: { results: rows.slice(from, to), ...(to < rows.length && { nextPageToken: String(to) }) },
        };
      },
    },
    courier: {
      'GET /v1/users/': list,
      'GET /v1/individuals/*/': ({ path }: Asked) => {
        const id = path.split('/')[3] ?? '';
        const name = individuals.get(id);
        return name === undefined ? { status: 404 } : one({ ...individual(name), id });
      },
    },
  } satisfies Record<string, Record<string, Prepared>>;
};

/** A match by the name of its other side: `ada VERIFIED EMAIL+PHONE`. */
export type Said = string;

interface Asking {
  readonly headers?: Readonly<Record<string, string>>;
}

/** A gateway over a world, with its directory swept. */
export interface People extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly bird: Upstream;
  readonly courier: Upstream;
  readonly directory: RunningDirectory;
  /** Another world from now on; the directory hears of it by its next sweep. */
  become(world: World): void;
  /** Asks, expects no errors and gives the data. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
  data(query: string, variables?: object, options?: Asking): Promise<any>;
  /** Who a contact may be. */
  individualsOf(contact: string, options?: Asking): Promise<Said[]>;
  /** Which contacts an individual may be. */
  contactsOf(name: string, options?: Asking): Promise<Said[]>;
  /** A person's own side and the other one, with what is sure; null for nobody. */
  person(by: object, options?: Asking): Promise<{ id: string; contacts: Said[]; individuals: Said[] } | null>;
  /** The surely matched, as `contact = individual`, by all contacts. */
  sure(options?: Asking): Promise<string[]>;
  /** What was asked since the last time, as `METHOD /path`, counted; filters by their names. */
  calls(): Record<string, number>;
}

interface PeopleOptions extends Omit<TestGatewayOptions, 'bird' | 'courier' | 'directory'> {
  /** False for a directory that has not been swept yet. */
  readonly swept?: boolean;
  readonly maxAgeMs?: number;
  readonly now?: () => number;
}

interface MatchData {
  readonly basis: readonly string[];
  readonly confidence: string;
  readonly contact: { readonly nativeId: string } | null;
  readonly individual: { readonly nativeId: string } | null;
}

const MATCH = 'basis confidence contact { nativeId } individual { nativeId }';

/** Matches however sure they are. */
const ALL = '(confidence: [VERIFIED, UNVERIFIED, AMBIGUOUS])';

/** Starts a gateway over a world. */
export const startPeople = async (first: World, options: PeopleOptions = {}): Promise<People> => {
  const { swept = true, maxAgeMs = 1_800_000, now, courierForwards = false, ...rest } = options;
  const answers = answersOf(first);
  const [bird, courier] = await Promise.all([startUpstream(answers.bird), startUpstream(answers.courier)]);
  const directories: RunningDirectory[] = [];
  const gateway = await startTestGateway({
    bird,
    courier: { url: courier.url, authorization: 'Bearer courier-token', forwards: courierForwards },
    deadlineMs: 30_000,
    budgetCalls: 100_000,
    ...rest,
    directory: ({ services }) => {
      if (!services.courier) return undefined;
      const directory = openDirectory({
        courier: services.courier,
        dataDir: ':memory:',
        intervalMs: 0,
        maxAgeMs,
        defaultRegion: services.defaultRegion,
        warn: services.warn,
        ...(now && { now }),
      });
      directories.push(directory);
      return directory;
    },
  });
  const [directory] = directories;
  if (!directory) throw new Error('the gateway opened no directory');
  if (swept) await directory.sweep();

  const names = new Map<string, string>();
  const become = (world: World) => {
    const { bird: ofBird, courier: ofCourier } = answersOf(world);
    bird.answers(ofBird);
    courier.answers(ofCourier);
    for (const name of Object.keys(world.contacts)) names.set(contactId(name), name);
    for (const [name, user] of Object.entries(world.users))
      for (const who of [name, user.is ?? name, ...(user.for ?? [])]) names.set(idOf(who), who);
  };
  become(first);

  const data: People['data'] = async (query, variables, asking) => {
    const { body } = await gateway.ask(query, variables, asking);
    if (body.errors) throw new Error(JSON.stringify(body.errors, null, 2));
    return body.data;
  };
  const nameOf = (row: { nativeId: string } | null) => row && (names.get(row.nativeId) ?? row.nativeId);
  const say = (matches: readonly MatchData[], side: 'contact' | 'individual'): Said[] =>
    matches
      .map((match) => `${nameOf(match[side])} ${match.confidence} ${match.basis.toSorted().join('+')}`)
      .toSorted();
  let counted = [bird.asked.length, courier.asked.length];

  const people: People = {
    gateway,
    bird,
    courier,
    directory,
    become,
    data,
    individualsOf: async (contact, asking) =>
      say(
        (
          await data(
            `{ bird { contact(id: "${contactId(contact)}") { individuals${ALL} { ${MATCH} } } } }`,
            {},
            asking,
          )
        ).bird.contact.individuals,
        'individual',
      ),
    contactsOf: async (name, asking) =>
      say(
        (
          await data(
            `{ courier { individual(id: "${idOf(name)}") { contacts${ALL} { ${MATCH} } } } }`,
            {},
            asking,
          )
        ).courier.individual.contacts,
        'contact',
      ),
    person: async (by, asking) => {
      const { person } = await data(
        `query ($by: PersonBy!) { person(by: $by) { id contacts { ${MATCH} } individuals { ${MATCH} } } }`,
        { by },
        asking,
      );
      return (
        person && {
          id: person.id,
          contacts: say(person.contacts, 'contact'),
          individuals: say(person.individuals, 'individual'),
        }
      );
    },
    sure: async (asking) => {
      const { bird } = await data(
        `{ bird { contacts(first: 1000) { nodes { nativeId individuals { ${MATCH} } } } } }`,
        {},
        asking,
      );
      return bird.contacts.nodes
        .flatMap(({ nativeId, individuals }: { nativeId: string; individuals: MatchData[] }) =>
          individuals
            .filter(({ confidence }) => confidence === 'VERIFIED')
            .map(({ individual }) => `${nameOf({ nativeId })} = ${nameOf(individual)}`),
        )
        .toSorted();
    },
    calls: () => {
      const asked = [...bird.asked.slice(counted[0]), ...courier.asked.slice(counted[1])];
      counted = [bird.asked.length, courier.asked.length];
      const lines = asked.map(({ method, path, params }) => {
        const filters = [...params.keys()].filter((name) => name.startsWith('filter['));
        return [`${method} ${path.replace(WORKSPACE, '').replace(/[\da-f-]{36}/, '*')}`, ...filters].join(
          ' ',
        );
      });
      return Object.fromEntries(
        Object.entries(Object.groupBy(lines, (line) => line)).map(([line, all]) => [line, all?.length ?? 0]),
      );
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await Promise.all([bird.close(), courier.close()]);
      const faults = contract.faultsOf(courier.asked);
      if (faults.length > 0)
        throw new Error(`courier's contract forbids what it was asked:\n${faults.join('\n')}`);
    },
  };
  people.calls();
  return people;
};

/** By what a person is asked for from Bird's side. */
export const byContact = (name: string) => ({ birdContactId: birdId('BirdContact', `contact ${name}`) });
/** By what a person is asked for from courier's side. */
export const byIndividual = (name: string) => ({ courierIndividualId: idOf(name) });

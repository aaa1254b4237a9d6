import { BirdContact, type ContactRow } from '../bird/resources/contact.ts';
import { readTime } from '../bird/times.ts';
import { type Context, requireRight } from '../context.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { InputError } from '../graph/errors.ts';
import { operationsOf } from '../graph/ledger.ts';
import { brand } from '../graph/node.ts';
import { attributeOf, contactsBy } from './evidence.ts';
import { type Identifier, toEmail, toPhone } from './identifier.ts';
import {
  type Basis,
  contactsOf,
  contradict,
  identityReads,
  individualsOf,
  type Match,
  surelyOf,
} from './identity.ts';
import { inTime } from './in-time.ts';
import { countSearch } from './search-limit.ts';

/** What is read to find a person by anything. */
export const personReads = operationsOf({ operations: identityReads }, CourierIndividual);

/** A person: a key as in the global id, and both sides, each of which may fail by itself. */
export interface PersonRow {
  readonly key: () => Promise<string>;
  readonly contacts: () => Promise<readonly Match[]>;
  readonly individuals: () => Promise<readonly Match[]>;
  /** The name of the individual that it is around, where a row told it already. */
  readonly told?: string | undefined;
}

const self = (side: { contact: ContactRow } | { individualId: string }): Match => ({
  contact: null,
  individualId: null,
  ...side,
  basis: ['SELF'] satisfies Basis[],
  confidence: 'VERIFIED',
});

/** Each contact or individual once, the surest match first. */
const distinct = (matches: readonly Match[], key: (match: Match) => string | null | undefined): Match[] => {
  const found = new Map<string, Match>();
  for (const match of matches) {
    const id = key(match);
    if (id && (!found.has(id) || match.confidence === 'VERIFIED'))
      found.set(id, found.get(id)?.basis.includes('SELF') ? (found.get(id) as Match) : match);
  }
  return [...found.values()];
};

/** The matches that are sure. */
export const verified = (matches: readonly Match[]): Match[] =>
  matches.filter(({ confidence }) => confidence === 'VERIFIED');

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** What one side says; nothing when it cannot be asked: then the anchor stands alone on its own side. */
const ifKnown = (context: Context, side: () => Promise<readonly Match[]>): Promise<readonly Match[]> =>
  inTime(context, 1 / 2, side()).catch(() => []);

/** What one side says that is sure, as far as it can be asked. */
const asFarAsKnown = async (context: Context, side: () => Promise<readonly Match[]>): Promise<Match[]> =>
  verified(await ifKnown(context, side));

/** The person around an individual: its contacts, and whoever else those surely are. */
export const aroundIndividual = (context: Context, individualId: string, told?: string): PersonRow => {
  const contacts = once(() => contactsOf(context, individualId));
  const individuals = once(async () => {
    const further = await Promise.all(
      (await asFarAsKnown(context, contacts)).map(({ contact }) =>
        contact ? ifKnown(context, () => individualsOf(context, contact)) : [],
      ),
    );
    return distinct([self({ individualId }), ...further.flat()], (match) => match.individualId);
  });
  return brand({ key: async () => individualId, contacts, individuals, told }, 'Person');
};

/** A contact whose time cannot be read counts as made last. */
const madeAt = ({ createdAt }: ContactRow): number =>
  readTime(createdAt)?.getTime() ?? Number.MAX_SAFE_INTEGER;

const oldest = (contacts: readonly ContactRow[]): ContactRow | undefined =>
  contacts.toSorted((one, other) => madeAt(one) - madeAt(other))[0];

/** The person around a contact: the individuals it surely is, and their other contacts. */
export const aroundContact = (context: Context, contact: ContactRow): PersonRow => {
  const individuals = once(() => individualsOf(context, contact));
  const contacts = once(async () => {
    const further = await Promise.all(
      (await asFarAsKnown(context, individuals)).map(({ individualId }) =>
        individualId ? ifKnown(context, () => contactsOf(context, individualId)) : [],
      ),
    );
    return distinct([self({ contact }), ...further.flat()], (match) => match.contact?.id);
  });
  /** The individual's where there is exactly one, else the oldest contact's. */
  const key = async (): Promise<string> => {
    const [sure, ...others] = await asFarAsKnown(context, individuals);
    if (sure?.individualId && others.length === 0) return sure.individualId;
    const all = (await asFarAsKnown(context, contacts)).flatMap((match) => match.contact ?? []);
    return BirdContact.key(oldest(all) ?? contact);
  };
  return brand({ key, contacts, individuals }, 'Person');
};

/** The person around a contact of which the key alone is known: it is read when something of the person is asked for. */
export const aroundContactKey = (context: Context, contactKey: string): PersonRow => {
  const whole = once(() => byContactKey(context, contactKey));
  return brand(
    {
      key: async () => (await whole())?.key() ?? contactKey,
      contacts: async () => (await whole())?.contacts() ?? [],
      individuals: async () => (await whole())?.individuals() ?? [],
    },
    'Person',
  );
};

export const byContactKey = async (context: Context, key: string): Promise<PersonRow | null> => {
  const contact = await BirdContact.load(context, key);
  return contact && aroundContact(context, contact);
};

export const byIndividualId = async (context: Context, id: string): Promise<PersonRow | null> =>
  (await CourierIndividual.load(context, id)) && aroundIndividual(context, id);

/** A person's key is an individual's id, or a contact's workspace and id. */
export const byKey = (context: Context, key: string): Promise<PersonRow | null> =>
  key.includes('/') ? byContactKey(context, key) : byIndividualId(context, key);

/**
 * The person behind an identifier: the one individual whose it surely is, or else the contact that has it. Who
 * may look somebody up by an identifier learns that it is theirs, so both sides must be open to them.
 */
const byIdentifier = async (
  context: Context,
  identifier: Identifier,
  spelling: string,
): Promise<PersonRow | null> => {
  requireRight(context, 'bird', 'read');
  requireRight(context, 'courier', 'read');
  countSearch(context);
  const { bird, courier } = context.services;
  const [individual, contacts] = await Promise.allSettled([
    courier ? surelyOf(context, identifier) : undefined,
    bird ? contactsBy(context, attributeOf(identifier), [identifier.value, spelling.trim()]) : [],
  ]);
  if (individual.status === 'fulfilled' && individual.value)
    return aroundIndividual(context, individual.value);
  const found = contacts.status === 'fulfilled' ? contacts.value : [];
  const anchor = oldest(found);
  // Contacts that contradict each other are not one person, and nobody can say which of them is meant.
  if (anchor) return (await contradict(context, found)) ? null : aroundContact(context, anchor);
  for (const side of [individual, contacts]) if (side.status === 'rejected') throw side.reason;
  return null;
};

/**
 * The person behind an email address.
 *
 * @throws {InputError} it is none
 */
export const byEmail = (context: Context, address: string): Promise<PersonRow | null> => {
  const email = toEmail(address);
  if (!email) throw new InputError('by.email', 'is no email address');
  return byIdentifier(context, email, address);
};

/**
 * The person behind a phone number.
 *
 * @throws {InputError} it is none, or has no country, or an extension
 */
export const byPhone = (context: Context, number: string): Promise<PersonRow | null> => {
  const phone = toPhone(number, context.services.defaultRegion);
  // Behind an extension is anybody of a switchboard.
  if (phone?.kind !== 'phone' || !phone.exact)
    throw new InputError('by.phone', 'is no phone number; begin it with + and the country');
  return byIdentifier(context, phone, number);
};

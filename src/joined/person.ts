import { BirdContact, type ContactRow } from '../bird/contact.ts';
import { findContacts, searchContacts } from '../bird/contact-changes.ts';
import { readKey } from '../bird/load.ts';
import { builder } from '../builder.ts';
import type { Context } from '../context.ts';
import { leadsTo } from '../courier/resource.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { InputError } from '../graph/errors.ts';
import { readId, readNativeId } from '../graph/ids.ts';
import { ledger, rest } from '../graph/ledger.ts';
import { brand, registerNode } from '../graph/node.ts';
import { toPhone } from './identifier.ts';
import {
  type Basis,
  type Confidence,
  contactsByEmail,
  contactsOf,
  individualsByEmail,
  individualsOf,
  isEmail,
  type Match,
  normalizeEmail,
  workspaceOf,
} from './identity.ts';

/** A person: a key as in the global id, and both sides, each of which may fail by itself. */
export interface PersonRow {
  readonly key: () => Promise<string>;
  readonly contacts: () => Promise<readonly Match[]>;
  readonly individuals: () => Promise<readonly Match[]>;
}

const usersOperation = ledger().filter(({ method, path }) => method === 'GET' && path === '/v1/users/');

const MatchBasis = builder.enumType('MatchBasis', {
  description: 'On what a match rests.',
  values: {
    SELF: { description: 'It is what was asked for.' },
    EMAIL: { description: 'An email address.' },
    PHONE: { description: 'A phone number.' },
  } as const,
});

const MatchConfidence = builder.enumType('MatchConfidence', {
  description: 'How sure a match is.',
  values: {
    VERIFIED: { description: 'The identifier is verified and nobody else’s.' },
    UNVERIFIED: { description: 'courier has not verified the identifier.' },
    AMBIGUOUS: { description: 'It may be somebody else.' },
  } as const,
});

const IdentityMatch = builder.objectRef<Match>('IdentityMatch').implement({
  description: 'That a contact of Bird and an individual of courier may be one person.',
  fields: (t) => ({
    contact: t.expose('contact', { type: BirdContact, description: 'The contact.' }),
    individual: t.field(
      leadsTo(CourierIndividual, 'The individual.', ({ individualId }: Match) =>
        individualId ? { id: individualId } : undefined,
      ),
    ),
    basis: t.expose('basis', { type: [MatchBasis], nullable: false, description: 'On what it rests.' }),
    confidence: t.expose('confidence', {
      type: MatchConfidence,
      nullable: false,
      description: 'How sure it is.',
    }),
  }),
});

/** A person over both upstreams. */
export const Person = builder.objectRef<PersonRow>('Person');

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

const verified = (matches: readonly Match[]): Match[] =>
  matches.filter(({ confidence }) => confidence === 'VERIFIED');

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

/** What the other side says that is sure; when it cannot be asked, the anchor stands alone on its own side. */
const asFarAsKnown = async (side: () => Promise<readonly Match[]>): Promise<Match[]> =>
  verified(await side().catch(() => []));

/** The person around an individual: its contacts, and whoever else those surely are. */
const aroundIndividual = (context: Context, individualId: string): PersonRow => {
  const contacts = once(() => contactsOf(context, individualId));
  const individuals = once(async () => {
    const further = await Promise.all(
      (await asFarAsKnown(contacts)).map(({ contact }) => (contact ? individualsOf(context, contact) : [])),
    );
    return distinct([self({ individualId }), ...further.flat()], (match) => match.individualId);
  });
  return brand({ key: async () => individualId, contacts, individuals }, 'Person');
};

const oldest = (contacts: readonly ContactRow[]): ContactRow | undefined =>
  contacts.toSorted((one, other) => Date.parse(one.createdAt) - Date.parse(other.createdAt))[0];

/** The person around a contact: the individuals it surely is, and their other contacts. */
const aroundContact = (context: Context, contact: ContactRow): PersonRow => {
  const individuals = once(() => individualsOf(context, contact));
  const contacts = once(async () => {
    const further = await Promise.all(
      (await asFarAsKnown(individuals)).map(({ individualId }) =>
        individualId ? contactsOf(context, individualId) : [],
      ),
    );
    return distinct([self({ contact }), ...further.flat()], (match) => match.contact?.id);
  });
  /** The individual's where there is exactly one, else the oldest contact's. */
  const key = async (): Promise<string> => {
    const [sure, ...others] = await asFarAsKnown(individuals);
    if (sure?.individualId && others.length === 0) return sure.individualId;
    const all = (await asFarAsKnown(contacts)).flatMap((match) => match.contact ?? []);
    return BirdContact.key(oldest(all) ?? contact);
  };
  return brand({ key, contacts, individuals }, 'Person');
};

const byContactKey = async (context: Context, key: string): Promise<PersonRow | null> => {
  const contact = await BirdContact.load(context, key);
  return contact && aroundContact(context, contact);
};

const byIndividualId = async (context: Context, id: string): Promise<PersonRow | null> =>
  (await CourierIndividual.load(context, id)) && aroundIndividual(context, id);

/** A person's key is an individual's id, or a contact's workspace and id. */
const byKey = (context: Context, key: string): Promise<PersonRow | null> =>
  key.includes('/') ? byContactKey(context, key) : byIndividualId(context, key);

registerNode('Person', [1, 2], [], byKey);

const byContacts = (context: Context, contacts: readonly ContactRow[]): PersonRow | null => {
  const anchor = oldest(contacts);
  return anchor ? aroundContact(context, anchor) : null;
};

/** The person behind an address: the one individual it surely is, or else the contact that has it. */
const byEmail = async (context: Context, address: string): Promise<PersonRow | null> => {
  const email = normalizeEmail(address);
  if (!isEmail(email)) throw new InputError('by.email', 'is no email address');
  const { bird, courier } = context.parts;
  const [individuals, contacts] = await Promise.allSettled([
    courier ? individualsByEmail(context, email) : [],
    bird ? contactsByEmail(context, [address.trim()]) : [],
  ]);
  const sure =
    individuals.status === 'fulfilled'
      ? individuals.value.filter(({ confidence }) => confidence === 'VERIFIED')
      : [];
  if (sure[0]) return aroundIndividual(context, sure[0].individualId);
  if (contacts.status === 'fulfilled' && contacts.value.length > 0)
    return byContacts(context, contacts.value);
  for (const side of [individuals, contacts]) if (side.status === 'rejected') throw side.reason;
  return null;
};

/** The person behind a number, by Bird's contacts: courier's users cannot be asked for a number. */
const byPhone = async (context: Context, number: string): Promise<PersonRow | null> => {
  const phone = toPhone(number, context.parts.defaultRegion)?.value;
  if (!phone) throw new InputError('by.phone', 'is no phone number; begin it with + and the country');
  const workspaceId = workspaceOf(context);
  const spellings = [...new Set([phone, number.trim()])];
  const found = await Promise.all(
    spellings.map((value) =>
      findContacts(context, workspaceId, { identifier: { key: 'phonenumber', value } }),
    ),
  );
  return byContacts(context, [...new Map(found.flat().map((row) => [row.id, row])).values()]);
};

const PersonBy = builder.inputType('PersonBy', {
  description: 'By what a person is found: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: 'The global id of a Person, a BirdContact or a CourierIndividual.' }),
    email: t.string({ description: 'An email address of theirs.' }),
    phone: t.string({ description: 'A phone number of theirs, with `+` and the country.' }),
    birdContactId: t.id({ description: 'Their contact: a global id, or Bird’s own.' }),
    courierIndividualId: t.id({ description: 'Their individual: a global id, or courier’s own.' }),
  }),
});

const confidence = builder.args((t) => ({
  confidence: t.field({
    type: [MatchConfidence],
    defaultValue: ['VERIFIED'],
    description: 'How sure the matches must be.',
  }),
}));

const only = async (
  matches: Promise<readonly Match[]>,
  wanted: readonly Confidence[] | null | undefined,
): Promise<Match[]> => (await matches).filter((match) => (wanted ?? ['VERIFIED']).includes(match.confidence));

builder.node(Person, {
  id: { resolve: (person) => person.key() },
  description: 'One human being over both upstreams, with what surely belongs to them.',
  fields: (t) => ({
    contacts: t.field({
      type: [IdentityMatch],
      description: 'Their contacts at Bird.',
      directives: rest(searchContacts, ...usersOperation),
      args: confidence,
      resolve: (person, args) => only(person.contacts(), args.confidence),
    }),
    individuals: t.field({
      type: [IdentityMatch],
      description: 'Their individuals at courier.',
      directives: rest(...usersOperation),
      args: confidence,
      resolve: (person, args) => only(person.individuals(), args.confidence),
    }),
  }),
});

builder.queryField('person', (t) =>
  t.field({
    type: Person,
    description: 'One person by anything that both upstreams know them by; null when nobody does.',
    directives: rest(searchContacts, CourierIndividual.get, ...usersOperation),
    args: { by: t.arg({ type: PersonBy, required: true, description: 'By what.' }) },
    resolve: (_root, { by }, context) => {
      const workspaceId = context.parts.bird?.workspaceId ?? '';
      if (by.email != null) return byEmail(context, by.email);
      if (by.phone != null) return byPhone(context, by.phone);
      if (by.birdContactId != null) {
        return byContactKey(
          context,
          readKey(by.birdContactId, 'by.birdContactId', 'BirdContact', workspaceId),
        );
      }
      if (by.courierIndividualId != null) {
        return byIndividualId(
          context,
          readNativeId(by.courierIndividualId, 'by.courierIndividualId', 'CourierIndividual'),
        );
      }
      const id = readId(by.id ?? '', 'by.id', 'Person', 'BirdContact', 'CourierIndividual');
      if (typeof id === 'string') throw new InputError('by.id', 'must be a global id');
      return byKey(context, id.key);
    },
  }),
);

builder.objectFields(BirdContact, (t) => ({
  individuals: t.field({
    type: [IdentityMatch],
    description: 'The individuals of courier that this contact may be, sure or not.',
    directives: rest(...usersOperation),
    resolve: (contact, _args, context) => individualsOf(context, contact),
  }),
  person: t.field({
    type: Person,
    description: 'The person this contact belongs to.',
    directives: rest(...usersOperation),
    resolve: (contact, _args, context) => aroundContact(context, contact),
  }),
}));

builder.objectFields(CourierIndividual, (t) => ({
  contacts: t.field({
    type: [IdentityMatch],
    description: 'The contacts of Bird that this individual may be, sure or not.',
    directives: rest(searchContacts, ...usersOperation),
    resolve: (individual, _args, context) => contactsOf(context, individual.id),
  }),
  person: t.field({
    type: Person,
    description: 'The person this individual belongs to.',
    directives: rest(searchContacts, ...usersOperation),
    resolve: (individual, _args, context) => aroundIndividual(context, individual.id),
  }),
}));

import { identifiersOf } from '../bird/contact-messages.ts';
import type { ContactRow } from '../bird/resources/contact.ts';
import { builder } from '../builder.ts';
import { type Api, type Context, credentialOf } from '../context.ts';
import { CourierIndividual } from '../courier/resources/individual.ts';
import { operationsOf, rest } from '../graph/ledger.ts';
import { PERSONAL } from '../graph/personal.ts';
import { weighs } from '../graph/weight.ts';
import { contactName, nameOfIndividual } from './author-names.ts';
import { type IdentifierAttribute, usersOf } from './evidence.ts';
import { byKey, type PersonRow, verified } from './find-person.ts';
import { toEmail, toPhone } from './identifier.ts';
import { identityReads } from './identity.ts';
import { Person } from './person.ts';

const reads = operationsOf({ operations: identityReads }, CourierIndividual);

const details = {
  directives: rest(...reads),
  extensions: { ...PERSONAL, ...weighs(() => ({ estimated: { bird: 10, courier: 10 } })) },
};

/** What the sides that answer give; what failed is thrown where none does. */
const asFarAsGiven = <T>(sides: readonly PromiseSettledResult<readonly T[]>[]): T[] => {
  const given = sides.filter((side) => side.status === 'fulfilled');
  const [failed] = sides.filter((side) => side.status === 'rejected');
  if (given.length === 0 && failed) throw failed.reason;
  return given.flatMap(({ value }) => value);
};

const contactsOf = async (person: PersonRow): Promise<readonly ContactRow[]> =>
  verified(await person.contacts()).flatMap(({ contact }) => contact ?? []);

const individualsOf = async (person: PersonRow): Promise<readonly string[]> =>
  verified(await person.individuals()).flatMap(({ individualId }) => individualId ?? []);

/** The individual's name, by which courier knows the person surely, or else the contact's. */
const nameOf = async (context: Context, person: PersonRow): Promise<string | null> => {
  if (person.told !== undefined) return person.told;
  const ofIndividual = async () => {
    const [id] = await individualsOf(person);
    return id === undefined ? undefined : nameOfIndividual(context, id);
  };
  const ofContact = async () => (await contactsOf(person)).map(contactName).find(Boolean);
  let failure: unknown;
  for (const tell of [ofIndividual, ofContact]) {
    try {
      const name = await tell();
      if (name) return name;
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return null;
};

/** An address or number in the form in which it is shown and told apart. */
const spelled = (context: Context, attribute: IdentifierAttribute, value: string): string => {
  if (attribute === 'email') return toEmail(value)?.value ?? value.trim();
  const phone = toPhone(value, context.services.defaultRegion);
  // A number that leads to an extension, or whose country is not known, is shown as it was written down.
  return phone?.kind === 'phone' && phone.exact ? phone.value : value.trim();
};

/** What a person is known by in one upstream, by the rights of the context. */
const knownIn = async (
  context: Context,
  person: PersonRow,
  api: Api,
  attribute: IdentifierAttribute,
): Promise<readonly string[]> => {
  if (api === 'bird') {
    const key = attribute === 'email' ? 'emailaddress' : 'phonenumber';
    const found = await Promise.all(
      (await contactsOf(person)).map((contact) => identifiersOf(context, contact)),
    );
    return found.flat().flatMap((one) => (one.key === key ? spelled(context, attribute, one.value) : []));
  }
  const found = await Promise.all((await individualsOf(person)).map((id) => usersOf(context, id)));
  return found.flat().flatMap((user) => {
    const value = user[attribute];
    return value ? spelled(context, attribute, value) : [];
  });
};

/** As much of an address or number as is shown to who may not know it. */
const masked = (attribute: IdentifierAttribute, value: string): string => {
  if (attribute === 'phone') return `…${value.slice(-2)}`;
  const [name = '', domain = ''] = value.split('@');
  return `${name.slice(0, 1)}…@${domain}`;
};

/**
 * What a person is known by in an upstream that the caller's scopes do not cover, masked. It is read by Pigeon's own
 * credential, so there is none where courier takes each caller's, nor for a caller who is bound to a part of it all.
 */
const maskedIn = async (
  context: Context,
  person: PersonRow,
  api: Api,
  attribute: IdentifierAttribute,
): Promise<readonly string[]> => {
  const { caller } = context;
  const isBound = caller.organizations !== undefined || caller.workspaces !== undefined;
  if (isBound || credentialOf(context, api)?.forwarded !== false) return [];
  const pigeon: Context = { ...context, caller: { ...caller, may: (_api, right) => right === 'read' } };
  const whole = await byKey(pigeon, await person.key());
  const values = whole ? await knownIn(pigeon, whole, api, attribute) : [];
  return values.map((value) => masked(attribute, value));
};

const identifiersOfPerson = async (
  context: Context,
  person: PersonRow,
  attribute: IdentifierAttribute,
): Promise<readonly string[]> => {
  const apis = (['bird', 'courier'] as const).filter((api) => context.services[api]);
  const covered = apis.filter((api) => context.caller.may(api, 'read'));
  const plain = await Promise.allSettled(covered.map((api) => knownIn(context, person, api, attribute)));
  const shown = asFarAsGiven(plain);
  const hidden = await Promise.allSettled(
    apis.filter((api) => !covered.includes(api)).map((api) => maskedIn(context, person, api, attribute)),
  );
  const known = new Set(shown.map((value) => masked(attribute, value)));
  // What looks like something that is shown is most likely the same.
  const more = hidden
    .flatMap((side) => (side.status === 'fulfilled' ? side.value : []))
    .filter((value) => !known.has(value));
  return [...new Set([...shown, ...more])];
};

builder.objectFields(Person, (t) => ({
  name: t.string({
    ...details,
    description: 'Their name: as courier has it where they are known there, or else as Bird has it.',
    resolve: (person, _args, context) => nameOf(context, person),
  }),
  emails: t.stringList({
    ...details,
    description:
      'Their email addresses in both upstreams, in lower case. One of an upstream that the caller’s scopes do not cover is masked, as in `a…@example.com`, where Pigeon has a credential of its own to read it by.',
    resolve: (person, _args, context) => identifiersOfPerson(context, person, 'email'),
  }),
  phones: t.stringList({
    ...details,
    description:
      'Their phone numbers in both upstreams, in E.164 where the country is known. One of an upstream that the caller’s scopes do not cover is masked, as in `…42`.',
    resolve: (person, _args, context) => identifiersOfPerson(context, person, 'phone'),
  }),
}));

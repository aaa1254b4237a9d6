import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import { identifiersOf } from '../bird/contact-messages.ts';
import { findContacts, searchContacts } from '../bird/contact-search.ts';
import type { ContactRow } from '../bird/resources/contact.ts';
import { identifiers } from '../bird/resources/contact-identifier.ts';
import { audienceOf, authorize, type Context } from '../context.ts';
import { type User, users } from '../courier/resources/user.ts';
import { operationsOf } from '../graph/ledger.ts';
import type { Directory, Holder } from '../ports.ts';
import { endsOf, type Identifier, toEmail, toPhone } from './identifier.ts';

/** What users and contacts have of an identifier: an address or a number. */
export type IdentifierAttribute = 'email' | 'phone';

export const attributeOf = ({ kind }: Identifier): IdentifierAttribute =>
  kind === 'email' ? 'email' : 'phone';

/** What is known of who has one identifier of a contact. */
export interface Evidence {
  readonly identifier: Identifier;
  /** Those who have it, as the caller may know them; undefined when nobody can say who has it. */
  readonly holders: readonly Holder[] | undefined;
  /** True when others have it too whom the caller's own credential does not show. */
  readonly others: boolean;
}

/**
 * The workspace in which contacts are looked for.
 *
 * @throws what `authorize` throws
 */
export const workspaceOf = (context: Context): string => {
  authorize(context, 'bird', 'read');
  return context.services.bird?.workspaceId ?? '';
};

/** The directory where it may answer for courier: for those who read courier by Pigeon's own credential. */
export const ownDirectory = (context: Context): Directory | undefined =>
  audienceOf(context, 'courier') === 'service' ? context.services.directory : undefined;

/** True when there is a sweep that is young enough to be relied on. */
export const isSwept = ({ services }: Context): boolean =>
  services.directory?.holders('email', '') !== undefined;

/** What is read to find out who has which identifier. */
export const evidenceReads = operationsOf(users, searchContacts, identifiers);

/** Users and contacts by question, each asked once an operation. */
const loaders = createContextCache((context: Context) => {
  const usersBy = (parameter: string) =>
    new DataLoader<string, readonly User[]>(
      (values) =>
        Promise.all(
          values.map(async (value) => {
            const { edges } = await users.read(context, { first: 1000 }, { [parameter]: value }, false);
            return edges.map(({ node }) => node);
          }),
        ),
      { maxBatchSize: 1 },
    );
  const contactsBy = (key: string) =>
    new DataLoader<string, readonly ContactRow[]>(
      (values) =>
        Promise.all(
          values.map((value) => findContacts(context, workspaceOf(context), { identifier: { key, value } })),
        ),
      { maxBatchSize: 1 },
    );
  return {
    byEmail: usersBy('filter[email]'),
    byIndividual: usersBy('filter[individual-id]'),
    email: contactsBy('emailaddress'),
    phone: contactsBy('phonenumber'),
  };
});

/** The users that an individual is; those who may act for it do not count. */
export const usersOf = async (context: Context, individualId: string): Promise<readonly User[]> =>
  (await loaders(context).byIndividual.load(individualId)).filter(
    (user) => user['primary-individual-id'] === individualId,
  );

const holderOf = (user: User, kind: IdentifierAttribute, exact: boolean): Holder => ({
  individualId: user['primary-individual-id'] ?? '',
  verified: user[`${kind}-verified`] === true,
  active: user.state?.toLowerCase() === 'active',
  exact,
});

/** A user's address or number as it is compared. */
export const identifierOf = (
  context: Context,
  user: User,
  kind: IdentifierAttribute,
): Identifier | undefined =>
  kind === 'email' ? toEmail(user.email) : toPhone(user.phone, context.services.defaultRegion);

/** True when one may be the other: alike, or alike in what is known of a number without its country. */
export const mayBe = (one: Identifier, other: Identifier): boolean => {
  if (one.kind === 'email' || other.kind === 'email' || one.kind === other.kind) {
    return one.kind === other.kind && one.value === other.value;
  }
  return endsOf(one.value).includes(other.value) || endsOf(other.value).includes(one.value);
};

/** Those of a list of users who have, or may have, the identifier. */
export const havers = (context: Context, found: readonly User[], identifier: Identifier): Holder[] => {
  const attribute = attributeOf(identifier);
  return found.flatMap((user) => {
    const own = identifierOf(context, user, attribute);
    return own && mayBe(own, identifier)
      ? holderOf(user, attribute, own.exact && own.kind === identifier.kind)
      : [];
  });
};

/**
 * Who has an identifier. Pigeon's own view may take the directory's word; a caller's own credential is asked
 * itself, and the directory only says whom to ask for.
 */
export const evidenceOf = async (context: Context, identifier: Identifier): Promise<Evidence> => {
  authorize(context, 'courier', 'read');
  const { kind, value } = identifier;
  const swept = context.services.directory?.holders(kind, value);
  if (swept && ownDirectory(context)) return { identifier, holders: swept, others: false };
  if (kind !== 'email' && !swept) return { identifier, holders: undefined, others: false };
  const nominated = [...new Set(swept?.map(({ individualId }) => individualId))];
  const found =
    kind === 'email'
      ? await loaders(context).byEmail.load(value)
      : (await Promise.all(nominated.filter(Boolean).map((id) => usersOf(context, id)))).flat();
  const holders = havers(context, found, identifier);
  const shown = new Set(holders.map(({ individualId }) => individualId));
  return { identifier, holders, others: nominated.some((individualId) => !shown.has(individualId)) };
};

/** The identifiers of a contact that can be compared, each once. */
export const comparable = async (context: Context, contact: ContactRow): Promise<readonly Identifier[]> => {
  const found = (await identifiersOf(context, contact)).flatMap(({ key, value }) => {
    if (key === 'emailaddress') return toEmail(value) ?? [];
    return key === 'phonenumber' ? (toPhone(value, context.services.defaultRegion) ?? []) : [];
  });
  return [
    ...new Map(found.map((identifier) => [`${identifier.kind} ${identifier.value}`, identifier])).values(),
  ];
};

/** The contacts that Bird finds by any of these spellings. */
export const contactsBy = async (
  context: Context,
  attribute: IdentifierAttribute,
  spellings: Iterable<string>,
): Promise<ContactRow[]> => {
  const found = await Promise.all(
    [...new Set(spellings)].map((spelling) => loaders(context)[attribute].load(spelling)),
  );
  return [...new Map(found.flat().map((row) => [row.id, row])).values()];
};

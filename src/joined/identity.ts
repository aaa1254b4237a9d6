import { createContextCache } from '@pothos/core';
import DataLoader from 'dataloader';
import type { ContactRow } from '../bird/contact.ts';
import { findContacts } from '../bird/contact-changes.ts';
import { identifiersOf } from '../bird/contact-messages.ts';
import { type Context, reach } from '../context.ts';
import { users } from '../courier/resources/user.ts';
import type { Flat } from '../courier/types.ts';

type User = Flat<'/v1/users/{id}/'>;

export type Basis = 'SELF' | 'EMAIL' | 'PHONE';
export type Confidence = 'VERIFIED' | 'UNVERIFIED' | 'AMBIGUOUS';

/** That a contact and an individual may be one person. */
export interface Match {
  readonly contact: ContactRow | null;
  readonly individualId: string | null;
  readonly basis: readonly Basis[];
  readonly confidence: Confidence;
}

/** An address as it is compared. */
export const normalizeEmail = (address: string): string => address.trim().toLowerCase();

/** True for what can be an address: a handle such as `@somebody` is none, and courier refuses to look for it. */
export const isEmail = (value: string): boolean => /^[^\s@]+@[^\s@]+$/.test(value);

const asEmail = (value: string | null | undefined): string | undefined => {
  const address = normalizeEmail(value ?? '');
  return isEmail(address) ? address : undefined;
};

/**
 * The workspace in which contacts are looked for.
 *
 * @throws what `reach` throws
 */
export const workspaceOf = (context: Context): string => {
  reach(context, 'bird', 'read');
  return context.parts.bird?.workspaceId ?? '';
};

/** Users by question, each asked once an operation. */
const loaders = createContextCache((context: Context) => {
  const by = (parameter: string) =>
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
  return {
    byEmail: by('filter[email]'),
    byIndividual: by('filter[individual-id]'),
    contacts: new DataLoader<string, readonly ContactRow[]>(
      (values) =>
        Promise.all(
          values.map((value) =>
            findContacts(context, workspaceOf(context), { identifier: { key: 'emailaddress', value } }),
          ),
        ),
      { maxBatchSize: 1 },
    ),
  };
});

/** Everybody who signs in with an address, whoever they are. */
const usersByEmail = async (context: Context, email: string): Promise<readonly User[]> =>
  (await loaders(context).byEmail.load(email)).filter((user) => asEmail(user.email) === email);

/** The contacts that have an address, in any of its spellings that are known. */
export const contactsByEmail = async (
  context: Context,
  spellings: readonly string[],
): Promise<ContactRow[]> => {
  const distinct = [...new Set(spellings.flatMap((spelling) => [spelling, normalizeEmail(spelling)]))];
  const found = await Promise.all(distinct.map((spelling) => loaders(context).contacts.load(spelling)));
  return [...new Map(found.flat().map((row) => [row.id, row])).values()];
};

/** Everybody who may act for an individual: its own users and others. */
export const usersOf = (context: Context, individualId: string): Promise<readonly User[]> =>
  loaders(context).byIndividual.load(individualId);

const ownersOf = (found: readonly User[]): Set<string> =>
  new Set(found.flatMap((user) => user['primary-individual-id'] ?? []));

/**
 * How sure it is that an address is an individual's: verified on an active user that is the individual, and
 * nobody else's.
 */
const judge = (found: readonly User[], individualId: string): Confidence => {
  if (ownersOf(found).size !== 1) return 'AMBIGUOUS';
  const own = found.filter((user) => user['primary-individual-id'] === individualId);
  if (!own.some((user) => user['email-verified'])) return 'UNVERIFIED';
  return own.some((user) => user['email-verified'] && user.state?.toLowerCase() === 'active')
    ? 'VERIFIED'
    : 'AMBIGUOUS';
};

const ORDER: readonly Confidence[] = ['VERIFIED', 'UNVERIFIED', 'AMBIGUOUS'];

/** The individuals who may be a contact, by its addresses. */
export const individualsOf = async (context: Context, contact: ContactRow): Promise<Match[]> => {
  const emails = new Set((await identifiersOf(context, contact)).flatMap((value) => asEmail(value) ?? []));
  const found = await Promise.all([...emails].map((email) => usersByEmail(context, email)));
  const judged = new Map<string, Confidence[]>();
  for (const some of found) {
    for (const owner of ownersOf(some)) judged.set(owner, [...(judged.get(owner) ?? []), judge(some, owner)]);
  }
  return [...judged].map(([individualId, confidences]) => ({
    contact,
    individualId,
    basis: ['EMAIL'] as const,
    // Another of its addresses that is somebody else's contradicts.
    confidence: found.some((some) => some.length > 0 && !ownersOf(some).has(individualId))
      ? 'AMBIGUOUS'
      : (ORDER.find((one) => confidences.includes(one)) ?? 'AMBIGUOUS'),
  }));
};

/** The contacts who may be an individual, by the addresses of the individual's own users. */
export const contactsOf = async (context: Context, individualId: string): Promise<Match[]> => {
  // Without a Bird nothing need be asked.
  workspaceOf(context);
  const own = (await usersOf(context, individualId)).filter(
    (user) => user['primary-individual-id'] === individualId && asEmail(user.email),
  );
  const contacts = await contactsByEmail(
    context,
    own.flatMap((user) => user.email ?? []),
  );
  const matches = await Promise.all(contacts.map((contact) => individualsOf(context, contact)));
  return matches.flat().filter((match) => match.individualId === individualId);
};

/** The individuals who sign in with an address, each with how sure that is. */
export const individualsByEmail = async (
  context: Context,
  email: string,
): Promise<readonly { readonly individualId: string; readonly confidence: Confidence }[]> => {
  const found = await usersByEmail(context, email);
  return [...ownersOf(found)].map((individualId) => ({
    individualId,
    confidence: judge(found, individualId),
  }));
};

import { BirdContact, type ContactRow } from '../bird/resources/contact.ts';
import type { Context } from '../context.ts';
import { operationsOf } from '../graph/ledger.ts';
import {
  comparable,
  contactsBy,
  type Evidence,
  evidenceOf,
  evidenceReads,
  havers,
  type IdentifierAttribute,
  identifierOf,
  isSwept,
  mayBe,
  ownDirectory,
  usersOf,
  workspaceOf,
} from './evidence.ts';
import { type Identifier, spellingsOf } from './identifier.ts';

/** What is read to match contacts and individuals. */
export const identityReads = operationsOf({ operations: evidenceReads }, BirdContact);

export type Basis = 'SELF' | 'EMAIL' | 'PHONE';
export type Confidence = 'VERIFIED' | 'UNVERIFIED' | 'AMBIGUOUS';

/** That a contact and an individual may be one person. */
export interface Match {
  readonly contact: ContactRow | null;
  readonly individualId: string | null;
  readonly basis: readonly Basis[];
  readonly confidence: Confidence;
}

const BASIS = { email: 'EMAIL', phone: 'PHONE', digits: 'PHONE' } as const;

/** The surest matches first. */
const ORDER: readonly Confidence[] = ['VERIFIED', 'AMBIGUOUS', 'UNVERIFIED'];

/** True when the individual is among those who have the identifier. */
const has = ({ holders }: Evidence, individualId: string): boolean =>
  holders?.some((holder) => holder.individualId === individualId) ?? false;

/** True when somebody else has the identifier, and the individual not, or less surely. */
const isAgainst = ({ holders = [], others }: Evidence, individualId: string): boolean => {
  const own = holders.filter((holder) => holder.individualId === individualId);
  if (own.length === 0) return others || holders.length > 0;
  // A number of theirs without its country may be this one, but it is somebody's for certain.
  return holders.some(({ exact }) => exact) && !own.some(({ exact }) => exact);
};

/**
 * How sure one identifier alone makes it: courier has verified it on an active user that is the individual,
 * nobody else has it, and a phone leads to no switchboard.
 */
const confidenceOf = ({ identifier, holders = [], others }: Evidence, individualId: string): Confidence => {
  const own = holders.filter((holder) => holder.individualId === individualId);
  if (!own.some(({ verified }) => verified)) return 'UNVERIFIED';
  const alone = !others && own.length === holders.length;
  const proven = own.some(({ verified, active, exact }) => verified && active && exact);
  return alone && proven && identifier.exact ? 'VERIFIED' : 'AMBIGUOUS';
};

/**
 * True when an identifier of the contact is, or may be, somebody else's and not the individual's. Who has a
 * phone is not known before the first sweep: then it is enough that the individual has it.
 */
const isContradicted = async (
  context: Context,
  individualId: string,
  evidence: readonly Evidence[],
): Promise<boolean> => {
  const unknown = evidence.filter(({ holders }) => holders === undefined);
  const against = evidence.some((one) => isAgainst(one, individualId));
  if (against || unknown.length === 0) return against;
  const own = await usersOf(context, individualId);
  return !unknown.every(({ identifier }) =>
    havers(context, own, identifier).some(({ exact }) => exact || !identifier.exact),
  );
};

const emailsOf = (identifiers: readonly Identifier[]): readonly string[] =>
  identifiers.filter(({ kind }) => kind === 'email').map(({ value }) => value);

/**
 * True when another contact has the same number, in whichever spelling Bird finds, and the two contradict each
 * other: both have an email address and none in common.
 */
const isClaimedTwice = async (
  context: Context,
  contact: ContactRow,
  individualId: string,
  number: Identifier,
): Promise<boolean> => {
  const own = await comparable(context, contact);
  // Who has no address contradicts nobody: nothing need be asked.
  if (emailsOf(own).length === 0) return false;
  const spelled = (await usersOf(context, individualId)).flatMap((user) =>
    identifierOf(context, user, 'phone')?.value === number.value ? (user.phone ?? []) : [],
  );
  const found = await contactsBy(context, 'phone', [...spelled, ...spellingsOf(number.value)]);
  const others = found.filter(({ id }) => id !== contact.id);
  if (others.length === 0) return false;
  const theirs = await Promise.all(others.map((other) => comparable(context, other)));
  return theirs.some((other) => other.some((one) => mayBe(one, number)) && areStrangers(own, other));
};

/** True when both have an email address and none in common. */
const areStrangers = (one: readonly Identifier[], other: readonly Identifier[]): boolean => {
  const [ours, theirs] = [emailsOf(one), emailsOf(other)];
  return ours.length > 0 && theirs.length > 0 && !ours.some((email) => theirs.includes(email));
};

/** True when two of the contacts cannot be one person. */
export const contradict = async (context: Context, contacts: readonly ContactRow[]): Promise<boolean> => {
  if (contacts.length < 2) return false;
  const all = await Promise.all(contacts.map((contact) => comparable(context, contact)));
  return all.some((one, index) => all.slice(index + 1).some((other) => areStrangers(one, other)));
};

const assess = async (
  context: Context,
  contact: ContactRow,
  individualId: string,
  evidence: readonly Evidence[],
): Promise<Match> => {
  const agreeing = evidence.filter((one) => has(one, individualId));
  const basis = [...new Set(agreeing.map(({ identifier }) => BASIS[identifier.kind]))];
  const match = (confidence: Confidence): Match => ({ contact, individualId, basis, confidence });
  const sure = agreeing.filter((one) => confidenceOf(one, individualId) === 'VERIFIED');
  if (sure.length === 0) {
    return match(
      agreeing.some((one) => confidenceOf(one, individualId) === 'AMBIGUOUS') ? 'AMBIGUOUS' : 'UNVERIFIED',
    );
  }
  if (await isContradicted(context, individualId, evidence)) return match('AMBIGUOUS');
  if (sure.some(({ identifier }) => identifier.kind === 'email')) return match('VERIFIED');
  const twice = await Promise.all(
    sure.map(({ identifier }) => isClaimedTwice(context, contact, individualId, identifier)),
  );
  return match(twice.every(Boolean) ? 'AMBIGUOUS' : 'VERIFIED');
};

/** The individuals who may be a contact, by all its identifiers, the surest first. */
export const individualsOf = async (context: Context, contact: ContactRow): Promise<Match[]> => {
  const identifiers = await comparable(context, contact);
  const evidence = await Promise.all(identifiers.map((identifier) => evidenceOf(context, identifier)));
  const candidates = new Set(
    evidence.flatMap(({ holders }) => holders?.flatMap(({ individualId }) => individualId || []) ?? []),
  );
  const assessed = await Promise.allSettled(
    [...candidates].map((id) => assess(context, contact, id, evidence)),
  );
  const matches = assessed.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const failed = assessed.find((one) => one.status === 'rejected');
  // What is sure by the directory alone is sure although courier cannot be asked about the rest.
  if (failed && !matches.some(({ confidence }) => confidence === 'VERIFIED')) throw failed.reason;
  remember(context, contact, matches);
  return matches.toSorted((one, other) => ORDER.indexOf(one.confidence) - ORDER.indexOf(other.confidence));
};

/** Keeps sure matches, so that they are found from courier's side too, however Bird spells the identifier. */
const remember = (context: Context, contact: ContactRow, matches: readonly Match[]): void => {
  const directory = ownDirectory(context);
  for (const { individualId, confidence } of matches) {
    if (individualId && confidence === 'VERIFIED') directory?.link(individualId, BirdContact.key(contact));
  }
};

/** Drops those of an individual's links that no longer hold. Without a sweep nothing says that they do not. */
const forget = (
  context: Context,
  individualId: string,
  links: readonly string[],
  matches: readonly Match[],
): void => {
  if (!isSwept(context)) return;
  const sure = new Set(
    matches.flatMap(({ contact, confidence }) =>
      contact && confidence === 'VERIFIED' ? BirdContact.key(contact) : [],
    ),
  );
  for (const key of links) if (!sure.has(key)) ownDirectory(context)?.unlink(individualId, key);
};

/** The contacts who may be an individual, by every spelling known of its own users' identifiers, the surest first. */
export const contactsOf = async (context: Context, individualId: string): Promise<Match[]> => {
  // Without a Bird nothing need be asked.
  workspaceOf(context);
  const links = ownDirectory(context)?.links(individualId) ?? [];
  const own = await usersOf(context, individualId).catch((error) => {
    // While courier cannot be asked, the contacts that are known to be the individual are looked at alone.
    if (links.length === 0) throw error;
    return undefined;
  });
  const spellings = (attribute: IdentifierAttribute) =>
    (own ?? []).flatMap((user) => {
      const identifier = identifierOf(context, user, attribute);
      const spelled = user[attribute] ?? '';
      return identifier ? [spelled, ...(identifier.kind === 'digits' ? [] : [identifier.value])] : [];
    });
  const found = await Promise.all([
    contactsBy(context, 'email', spellings('email')),
    contactsBy(context, 'phone', spellings('phone')),
    Promise.all(links.map((key) => BirdContact.load(context, key))),
  ]);
  const contacts = [
    ...new Map(found.flat().flatMap((row) => (row ? [[BirdContact.key(row), row]] : []))).values(),
  ];
  const all = await Promise.all(contacts.map((contact) => individualsOf(context, contact)));
  const matches = all.flat().filter((match) => match.individualId === individualId);
  if (own) forget(context, individualId, links, matches);
  return matches.toSorted((one, other) => ORDER.indexOf(one.confidence) - ORDER.indexOf(other.confidence));
};

/** The one individual that an identifier surely belongs to; undefined when there is none. */
export const surelyOf = async (context: Context, identifier: Identifier): Promise<string | undefined> => {
  const evidence = await evidenceOf(context, identifier);
  // A user who is no individual is nobody.
  return (
    evidence.holders?.find(({ individualId }) => confidenceOf(evidence, individualId) === 'VERIFIED')
      ?.individualId || undefined
  );
};

import type { ContactRow } from '../bird/resources/contact.ts';
import type { User } from '../courier/resources/user.ts';
import { InputError } from '../graph/errors.ts';

/** The fewest characters that a search may have, the most of it that is looked at, and the fewest digits of a number. */
const FEWEST = 2;
const MOST = 100;
const FEWEST_DIGITS = 4;

/** Words as they are compared: without case, and with no marks on letters. */
const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();

const wordsOf = (text: string): readonly string[] =>
  plain(text)
    .split(/[\s,]+/)
    .filter(Boolean);

/** What is known of somebody who may be searched for. */
interface Described {
  readonly names: readonly (string | null | undefined)[];
  readonly emails: readonly (string | null | undefined)[];
  readonly phones: readonly (string | null | undefined)[];
}

/** A search by the beginnings of names, of addresses or of numbers. */
export interface PeopleSearch {
  readonly text: string;
  readonly matches: (who: Described) => boolean;
}

/**
 * Reads what is searched for: words that begin names, in any order, the beginning of an email address, or the digits
 * that a number begins with, with its country or without.
 *
 * @throws {InputError} it is too short to mean anybody
 */
export const readSearch = (text: string): PeopleSearch => {
  const words = wordsOf(text.slice(0, MOST));
  const whole = plain(text.slice(0, MOST));
  if (whole.length < FEWEST) throw new InputError('search', `needs ${FEWEST} characters or more`);
  const digits = /^[+\d\s().-]+$/.test(whole) ? whole.replaceAll(/\D/g, '') : '';
  const isNumber = digits.length >= FEWEST_DIGITS;
  return {
    text,
    matches: ({ names, emails, phones }) => {
      const known = names.flatMap((name) => wordsOf(name ?? ''));
      return (
        words.every((word) => known.some((name) => name.startsWith(word))) ||
        emails.some((email) => plain(email ?? '').startsWith(whole)) ||
        (isNumber && phones.some((phone) => hasDigits(phone ?? '', digits)))
      );
    },
  };
};

/** True when a number begins with the digits, or does so behind a country of one to three. */
const hasDigits = (phone: string, digits: string): boolean => {
  const own = phone.replaceAll(/\D/g, '');
  const national = digits.replace(/^0+/, '');
  return (
    own.startsWith(digits) ||
    (national.length >= FEWEST_DIGITS && [1, 2, 3].some((country) => own.startsWith(national, country)))
  );
};

/** What Bird shows of a contact. */
export const describeContact = ({
  computedDisplayName,
  attributes,
  featuredIdentifiers,
}: ContactRow): Described => {
  const of = (key: string) =>
    (featuredIdentifiers ?? []).flatMap((one) => (one.key === key ? one.value : []));
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  return {
    names: [computedDisplayName, text(attributes?.firstName), text(attributes?.lastName)],
    emails: of('emailaddress'),
    phones: of('phonenumber'),
  };
};

/** What courier shows of a user. */
export const describeUser = (user: User): Described => ({
  names: [user['first-name'], user['last-name']],
  emails: [user.email],
  phones: [user.phone],
});

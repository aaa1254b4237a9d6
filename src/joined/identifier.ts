import { createRequire } from 'node:module';
import type { CountryCode } from 'libphonenumber-js';
import type { IdentifierKind } from '../ports.ts';

const require = createRequire(import.meta.url);
let library: typeof import('libphonenumber-js') | undefined;

/** The library of phone numbers, which is loaded with the first of them: it has a hundred modules. */
const phones = (): typeof import('libphonenumber-js') => {
  library ??= require('libphonenumber-js') as typeof import('libphonenumber-js');
  return library;
};

/** An identifier as it is compared. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
  /** False for a number that leads to many people or might be another country's: it proves nothing. */
  readonly exact: boolean;
}

/** How many last digits stand for a number whose country is not known, and the fewest that say anything. */
const LAST_DIGITS = 8;
const FEWEST_DIGITS = 7;

/** An email address as it is compared; undefined when it is none. */
export const toEmail = (text: string | null | undefined): Identifier | undefined => {
  const value = text?.trim().toLowerCase();
  return value && /^[^\s@]+@[^\s@]+$/.test(value) ? { kind: 'email', value, exact: true } : undefined;
};

/** The last digits of a number, by which it may be told apart where its country is not known. */
export const lastDigits = (number: string, count = LAST_DIGITS): string =>
  number.replace(/\D/g, '').slice(-count);

/** The digits under which the same number may stand without its country, if not without its area too. */
export const endsOf = (number: string): readonly string[] => [
  lastDigits(number),
  lastDigits(number, FEWEST_DIGITS),
];

/**
 * A phone number as it is compared: in E.164, or by its last digits where its country is not known.
 *
 * @param region the country of a number without one, as ISO 3166 names it
 * @returns undefined when it can be no number
 */
export const toPhone = (
  text: string | null | undefined,
  region: string | undefined,
): Identifier | undefined => {
  if (!text) return undefined;
  const phone = phones().parsePhoneNumberFromString(text, region as CountryCode | undefined);
  if (phone?.isPossible()) return { kind: 'phone', value: phone.number, exact: phone.ext === undefined };
  const value = lastDigits(text);
  return value.length >= FEWEST_DIGITS ? { kind: 'digits', value, exact: false } : undefined;
};

/** The ways in which people write a number that is known in E.164. */
export const spellingsOf = (number: string): readonly string[] => {
  const phone = phones().parsePhoneNumberFromString(number);
  return phone
    ? [
        phone.number,
        phone.number.slice(1),
        phone.formatInternational(),
        phone.formatNational(),
        phone.nationalNumber,
        `+${phone.countryCallingCode} ${phone.formatNational()}`,
      ]
    : [number];
};

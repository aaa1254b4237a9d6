import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { IdentifierKind } from '../context.ts';

/** An identifier as it is compared. */
export interface Identifier {
  readonly kind: IdentifierKind;
  readonly value: string;
  /** True for a number with an extension: it leads to many people. */
  readonly extension: boolean;
}

/** An email address as it is compared; undefined when it is none. */
export const toEmail = (text: string | null | undefined): Identifier | undefined => {
  const value = text?.trim().toLowerCase();
  return value && /^[^\s@]+@[^\s@]+$/.test(value) ? { kind: 'email', value, extension: false } : undefined;
};

/**
 * A phone number as it is compared, in E.164; undefined when it can be none.
 *
 * @param region the country of a number without one, as ISO 3166 names it
 */
export const toPhone = (
  text: string | null | undefined,
  region: string | undefined,
): Identifier | undefined => {
  const phone = text ? parsePhoneNumberFromString(text, region as CountryCode | undefined) : undefined;
  return phone?.isPossible()
    ? { kind: 'phone', value: phone.number, extension: phone.ext !== undefined }
    : undefined;
};

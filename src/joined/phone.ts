import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js';

/**
 * A phone number in E.164.
 *
 * @param region the country of a number without one, as ISO 3166 names it
 * @returns undefined when it can be no number, or has an extension
 */
export const toE164 = (number: string, region: string | undefined): string | undefined => {
  const phone = parsePhoneNumberFromString(number, region as CountryCode | undefined);
  return phone?.isPossible() && !phone.ext ? phone.number : undefined;
};

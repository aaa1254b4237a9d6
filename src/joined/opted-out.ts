import type { ContactRow } from '../bird/resources/contact.ts';
import type { User } from '../courier/resources/user.ts';
import { readTime } from '../courier/times.ts';
import type { Flat } from '../courier/types.ts';

type Consent = Flat<'/v1/user-consents/{id}/'>;

/** The ways in which a message reaches a person, as the preferences of courier name them. */
export type Way = 'email' | 'sms' | 'mobile' | 'web' | 'voice';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNo = (value: unknown): boolean =>
  value === false ||
  (typeof value === 'string' &&
    /^(?:no|false|off|none|never|disabled|unsubscribed|opted[-_ ]?out)$/i.test(value.trim()));

const isYes = (value: unknown): boolean =>
  value === true || (typeof value === 'string' && /^(?:yes|true|on)$/i.test(value.trim()));

/** A name without what people write between its words. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

/** `unsubscribed`, `optedOutSms`, `noEmail`: a name that says no where its value says yes. */
const NEGATIVE = /^(?:un(?:subscribed?)|opt(?:ed)?out|donotcontact|disabled|blocked|suppressed)/;

/** `subscribedSms`, `isSubscribed`, `optIn`, `enabled`: a name that says no where its value does. */
const POSITIVE = /^(?:is|has)?(?:subscribed?|opt(?:ed)?in|enabled|allowed|active|consent(?:ed)?)/;

/** Whether a name’s end is about a way of writing: it names it, or none at all. */
const isAbout = (rest: string, ways: readonly string[]): boolean =>
  rest === '' ||
  rest === 'all' ||
  ways.some((way) => rest === way || rest === `to${way}` || rest === `for${way}`);

/** True when one attribute says that somebody wants nothing by these ways. */
const saysNo = (name: string, value: unknown, ways: readonly string[]): boolean => {
  const said = plain(name);
  const way = ways.find((one) => said.startsWith(one) && said !== one);
  const word = way === undefined ? said : said.slice(way.length) + way;
  const [negative] = NEGATIVE.exec(word) ?? [];
  if (negative !== undefined && isAbout(word.slice(negative.length), ways)) return isYes(value);
  const [positive] = POSITIVE.exec(word) ?? [];
  return positive !== undefined && isAbout(word.slice(positive.length), ways) && isNo(value);
};

/**
 * True when a contact of Bird wants nothing over a platform. Bird keeps subscriptions as attributes of the contact;
 * which there are is no page's word, so any is heeded that is called like one, such as `subscribedSms` or
 * `whatsappOptedOut`. Lists of those who want nothing are named by `SEND_OPT_OUT_LISTS`.
 */
export const isOutAtBird = (contact: ContactRow, platform: string, optOutLists: readonly string[]): boolean =>
  (contact.listIds ?? []).some((id) => optOutLists.includes(id.toLowerCase())) ||
  Object.entries(contact.attributes ?? {}).some(([name, value]) => saysNo(name, value, [platform]));

/**
 * True when preferences as courier keeps them say no to a way. What they hold is not documented but for the names of
 * the ways: anything that reads like a no is one.
 */
export const isOutByPreferences = (preferences: unknown, way: Way): boolean => {
  if (!isRecord(preferences)) return false;
  const of = preferences[way];
  if (isNo(of)) return true;
  return isRecord(of) && Object.entries(of).some(([name, value]) => saysNo(name, value, [way]));
};

/** True when a user of courier wants nothing by a way. */
export const isOutAtCourier = (user: User, way: Way): boolean =>
  (way === 'sms' && user['phone-unsubscribed'] === true) ||
  isOutByPreferences(user['communication-preferences'], way);

/**
 * True when a user was asked for a consent to a way of writing and has not given it: of an organization’s consents the
 * last one counts, and of its states the document shows `accepted` alone.
 */
export const lacksConsent = (
  consents: readonly Consent[],
  way: Way,
  organizationId: string | undefined,
): boolean => {
  const ours = consents.filter(
    ({ type, 'organization-id': of }) =>
      type?.toLowerCase() === way &&
      (of === undefined || organizationId === undefined || of === organizationId),
  );
  const madeAt = (consent: Consent): number =>
    (readTime(consent['last-modified-at']) ?? readTime(consent['created-at']))?.getTime() ?? 0;
  const last = Math.max(...ours.map(madeAt));
  // Of two of one second either may be the last.
  return ours.some((consent) => madeAt(consent) === last && consent.state?.toLowerCase() !== 'accepted');
};

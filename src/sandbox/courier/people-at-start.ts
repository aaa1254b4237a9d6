import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import { type Row, rowOf } from '../row.ts';

/** The three organizations. */
export function organizationsAtStart(id: IdOf, clock: Clock): Row[] {
  const organization = (key: string, name: string, kind: string, timezone: string): Row =>
    rowOf('organizations', id('courier-organization', key), {
      name: name.toLowerCase().replaceAll(' ', '-'),
      'display-name': name,
      classification: kind,
      'provider-type': kind === 'pharmacy' ? 'pharmacy' : 'practice',
      timezone,
      'last-modified-time': clock.ago(200 * 1440),
    });
  return [
    organization('harbour', 'Harbour Clinic', 'clinic', 'America/New_York'),
    organization('northside', 'Northside Family Practice', 'clinic', 'Europe/Stockholm'),
    organization('lantern', 'Lantern Pharmacy', 'pharmacy', 'Europe/Amsterdam'),
  ];
}

/** Everybody courier knows; those without a user included. */
export function individualsAtStart(people: readonly Person[], id: IdOf, clock: Clock): Row[] {
  return people.flatMap((person, index) => {
    if (!person.courier) return [];
    const { provider = false, organization } = person.courier;
    return rowOf('individuals', id('courier-individual', person.key), {
      'account-type': provider ? 'provider' : 'participant',
      'birth-date': person.birthDate,
      'first-name': person.first,
      'last-name': person.last,
      ...(person.preferred ? { 'preferred-name': person.preferred } : {}),
      'owner-id': id('courier-organization', organization),
      'last-modified-time': clock.ago((people.length - index) * 1440),
    });
  });
}

/** Those who sign in. */
export function usersAtStart(people: readonly Person[], id: IdOf, clock: Clock): Row[] {
  return people.flatMap((person, index) => {
    const { courier } = person;
    if (!courier || courier.user === false) return [];
    const attributes = {
      'auto-sign-up': index % 6 === 0,
      'communication-preferences': { email: true, sms: courier.phone !== undefined },
      ...(courier.email ? { email: courier.email } : {}),
      'email-verified': courier.emailVerified ?? false,
      'first-name': person.first,
      'last-name': person.last,
      'last-sync-time': clock.ago(index * 90 + 15),
      locale: person.locale,
      'locale-explicit': index % 4 === 0,
      notifications: courier.phone ? ['email', 'sms'] : ['email'],
      ...(courier.phone ? { phone: courier.phone } : {}),
      'phone-unsubscribed': index % 13 === 9,
      'phone-verified': courier.phoneVerified ?? false,
      'primary-individual-id': id('courier-individual', person.key),
      'sms-mode': courier.phone ? 'enabled' : 'disabled',
      state: courier.state ?? 'active',
      tz: person.timezone,
      'tz-explicit': index % 5 === 0,
      username:
        `${person.first}.${person.last}`.toLowerCase().replaceAll(' ', '') + (index % 3 === 0 ? index : ''),
    };
    const actsFor = (courier.actsFor ?? []).map((key) => id('courier-individual', key));
    return rowOf('users', id('courier-user', person.key), attributes, { 'acts-for': actsFor });
  });
}

/** Individuals looked after together. */
export function groupsAtStart(people: readonly Person[], id: IdOf, clock: Clock): Row[] {
  const group = (
    key: string,
    name: string,
    organization: string,
    leaders: string[],
    members: string[],
  ): Row =>
    rowOf('individual-groups', id('courier-group', key), {
      individuals: members.map((member) => ({ id: id('courier-individual', member) })),
      leaders: leaders.map((leader) => ({ id: id('courier-individual', leader) })),
      'last-sync-time': clock.ago(7 * 60),
      name,
      'organization-id': id('courier-organization', organization),
      ...(key === 'heart' ? { 'parent-id': id('courier-group', 'rehab') } : {}),
    });
  const clients = (organization: string) =>
    people
      .filter(({ courier }) => courier?.organization === organization && !courier.provider)
      .map(({ key }) => key);
  return [
    group('rehab', 'Rehabilitation', 'harbour', ['farah'], ['amina', ...clients('harbour').slice(8, 15)]),
    group('heart', 'Heart and circulation', 'harbour', ['farah', 'paul'], ['henry', 'margaret', 'amina']),
    group('family', 'Lindqvist family', 'northside', ['signe'], ['ingrid', 'elsa']),
    group('winter', 'Winter check-ups', 'northside', ['signe'], clients('northside').slice(3, 9)),
    group('regulars', 'Pharmacy regulars', 'lantern', ['bram'], clients('lantern').slice(0, 6)),
  ];
}

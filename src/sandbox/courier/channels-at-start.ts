import type { Clock } from '../clock.ts';
import type { Dictionary } from '../dictionary.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { type Row, rowOf } from '../row.ts';
import { subscriberOf } from './channels.ts';

const DAY = 1440;
const DESK = { harbour: ['farah', 'paul'], northside: ['signe'], lantern: ['bram'] };

/** The conversations: some sixteen of one person with the staff, a channel for each group and a few odd ones. */
export function channelsAtStart(
  people: readonly Person[],
  groups: readonly Row[],
  { id, clock, random }: { id: IdOf; clock: Clock; random: Random },
): Row[] {
  const individual = (key: string) => id('courier-individual', key);
  const channel = (
    key: string,
    organization: keyof typeof DESK,
    members: string[],
    more: Dictionary,
  ): Row => {
    const [owner = 'desk', ...others] = DESK[organization];
    const staff = [...new Set([owner, 'desk', ...others])];
    const at = clock.ago((key === 'amina' ? 120 : random.whole(50, 400)) * DAY);
    const subscribers = [...new Set([...staff, ...members].map(individual))];
    const attributes = {
      name: key,
      'org-id': id('courier-organization', organization),
      'owner-id': individual(owner),
      'created-by': id('courier-user', owner),
      'subscription-type': 'none',
      archived: false,
      floating: false,
      'can-enable-sms': true,
      'with-sms': false,
      'event-settings': { enabled: true },
      'group-provider-ack': false,
      subscribers: subscribers.map((one, index) => subscriberOf(one, index < staff.length)),
      'created-at': at,
      'last-modified-time': at,
      ...more,
    };
    const own = { 'individual-ids': members.map(individual) };
    return rowOf('messaging-channels', id('courier-channel', key), attributes, own);
  };
  const clients = people.filter(({ courier }) => courier && !courier.provider);
  const first = [
    'amina',
    'rosa',
    'mateo',
    'ingrid',
    'elsa',
    'tom',
    'leila',
    'henry',
    'grace',
    'sanne',
    'olu',
  ];
  const made = clients.filter(({ key }) => !first.includes(key)).slice(-6);
  const talks = [...clients.filter(({ key }) => first.includes(key)), ...made].map((person, index) => {
    const organization = person.courier?.organization ?? 'harbour';
    const sms = index % 4 === 0 && person.courier?.phone !== undefined;
    return channel(person.key, organization, person.key === 'elsa' ? ['elsa', 'ingrid'] : [person.key], {
      name: `${person.first} ${person.last}`,
      ...(person.key === 'elsa' ? { label: 'via guardian' } : {}),
      ...(index % 5 === 1 ? { label: 'follow-up' } : {}),
      ...(sms ? { 'with-sms': true, 'text-number': { id: id('courier-number', organization) } } : {}),
      archived: index === 12,
      'can-enable-sms': person.courier?.phone !== undefined,
    });
  });
  const shared = groups.map((group, index) => {
    const members = [...group.attributes.leaders, ...group.attributes.individuals];
    const organization =
      (['harbour', 'harbour', 'northside', 'northside', 'lantern'] as const)[index] ?? 'harbour';
    const keys = people
      .filter(({ key }) => members.some((member: Dictionary) => member.id === individual(key)))
      .map(({ key }) => key);
    return channel(`group-${index}`, organization, keys, {
      name: group.attributes.name.toLowerCase(),
      'individual-group-id': group.id,
      'subscription-type': index === 3 ? 'opt-out' : 'opt-in',
      'group-provider-ack': index < 2,
      archived: index === 3,
    });
  });
  return [
    ...talks,
    ...shared,
    channel('team', 'harbour', ['farah', 'paul', 'desk'], {
      name: 'Front desk team',
      'subscription-type': 'mandatory',
    }),
    channel('walk-ins', 'harbour', ['jun'], { name: 'Walk-ins', floating: true, label: 'unassigned' }),
    channel('questions', 'lantern', ['sanne'], {
      name: 'Questions from the shop',
      floating: true,
      'can-enable-sms': false,
    }),
    channel('old', 'northside', ['piotr'], {
      name: 'Piotr Zielinski (closed)',
      archived: true,
      'event-settings': { enabled: false },
    }),
  ];
}

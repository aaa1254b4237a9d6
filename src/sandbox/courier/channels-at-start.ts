import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import type { Channel, Group } from './rows.ts';

const DAY = 1440;
const DESK = { harbour: ['farah', 'paul'], northside: ['signe'], lantern: ['bram'] };

/** The conversations: some sixteen of one person with the staff, a channel for each group and a few odd ones. */
export function channelsAtStart(
  people: readonly Person[],
  groups: readonly Group[],
  { id, clock, random }: { id: IdOf; clock: Clock; random: Random },
): Channel[] {
  const individual = (key: string) => id('courier-individual', key);
  const channel = (
    key: string,
    organization: keyof typeof DESK,
    members: string[],
    more: Partial<Channel>,
  ): Channel => {
    const [owner = 'desk', ...others] = DESK[organization];
    const daysAgo = key === 'amina' ? 120 : random.whole(50, 400);
    return {
      id: id('courier-channel', key),
      name: key,
      organizationId: id('courier-organization', organization),
      ownerId: individual(owner),
      createdBy: id('courier-user', owner),
      subscriptionType: 'none',
      archived: false,
      floating: false,
      canEnableSms: true,
      withSms: false,
      eventsEnabled: true,
      groupProviderAck: false,
      subscribers: [...new Set([owner, 'desk', ...others, ...members].map((one) => individual(one)))].map(
        (individualId, index) => ({
          individualId,
          admin: index < 2,
          pinned: false,
          preferences: { notify: 'all' },
        }),
      ),
      createdAt: clock.ago(daysAgo * DAY),
      modifiedAt: clock.ago(daysAgo * DAY),
      ...more,
    };
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
      ...(sms ? { withSms: true, textNumberId: id('courier-number', organization) } : {}),
      archived: index === 12,
      canEnableSms: person.courier?.phone !== undefined,
    });
  });
  const shared = groups.map((group, index) => {
    const members = [...group.attributes.leaders, ...group.attributes.individuals];
    const organization =
      (['harbour', 'harbour', 'northside', 'northside', 'lantern'] as const)[index] ?? 'harbour';
    const keys = people
      .filter(({ key }) => members.some((member) => member.id === individual(key)))
      .map(({ key }) => key);
    return channel(`group-${index}`, organization, keys, {
      name: group.attributes.name.toLowerCase(),
      groupId: group.id,
      subscriptionType: index === 3 ? 'opt-out' : 'opt-in',
      groupProviderAck: index < 2,
      archived: index === 3,
    });
  });
  return [
    ...talks,
    ...shared,
    channel('team', 'harbour', ['farah', 'paul', 'desk'], {
      name: 'Front desk team',
      subscriptionType: 'mandatory',
    }),
    channel('walk-ins', 'harbour', ['jun'], { name: 'Walk-ins', floating: true, label: 'unassigned' }),
    channel('questions', 'lantern', ['sanne'], {
      name: 'Questions from the shop',
      floating: true,
      canEnableSms: false,
    }),
    channel('old', 'northside', ['piotr'], {
      name: 'Piotr Zielinski (closed)',
      archived: true,
      eventsEnabled: false,
    }),
  ];
}

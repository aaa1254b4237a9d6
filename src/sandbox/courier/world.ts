import type { Clock } from '../clock.ts';
import type { Contract } from '../contract.ts';
import type { Dictionary } from '../dictionary.ts';
import type { Files } from '../files.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { type Row, Rows } from '../row.ts';
import { type Home, seedExamples } from '../seeds.ts';
import { channelsAtStart } from './channels-at-start.ts';
import { attributesOf } from './dialect.ts';
import { messagesAtStart } from './messages-at-start.ts';
import { groupsAtStart, individualsAtStart, organizationsAtStart, usersAtStart } from './people-at-start.ts';
import { relateSeeds } from './rest-at-start.ts';
import { seededId } from './seeded-id.ts';
import { accountsAtStart, emailsAtStart, textsAtStart } from './texts-and-emails-at-start.ts';

/** courier's side of the world. */
export interface CourierWorld {
  /** A token that never ends, for whoever does not log in. */
  readonly token: string;
  /** Who acts when a request names nobody. */
  readonly service: { individualId: string; userId: string };
  readonly rows: Rows;
}

/** Whose things the examples of the contract become: of one person in each organization, and of those who look after them. */
const HOMES = [
  { organization: 'harbour', person: 'amina', staff: 'farah', group: 'heart', number: '+1202555020' },
  { organization: 'northside', person: 'ingrid', staff: 'signe', group: 'family', number: '+44770090020' },
  { organization: 'lantern', person: 'sanne', staff: 'bram', group: 'regulars', number: '+1202555021' },
] as const;

/** courier at the start: the people and what they say, and of everything else the rows that its contract has as examples. */
export function courierWorld(
  contract: Contract,
  people: readonly Person[],
  id: IdOf,
  clock: Clock,
  random: Random,
  files: Files,
): CourierWorld {
  const tools = { id, clock, random };
  const rows = new Rows();
  const groups = groupsAtStart(people, id, clock);
  const channels = channelsAtStart(people, groups, tools);
  const messages = messagesAtStart(people, channels, tools);
  for (const { attributes } of messages) {
    const channel = channels.find((one) => one.id === attributes['channel-id'])?.attributes;
    if (channel && attributes['last-modified-time'] > channel['last-modified-time'])
      channel['last-modified-time'] = attributes['last-modified-time'];
  }
  for (const row of [
    ...organizationsAtStart(id, clock),
    ...individualsAtStart(people, id, clock),
    ...usersAtStart(people, id, clock),
    ...[...groups, ...channels, ...messages, ...accountsAtStart(id, clock)],
    ...textsAtStart(people, tools),
    ...emailsAtStart(people, tools),
  ])
    rows.add(row);
  const attributes = attributesOf(contract);
  // what a video call has of people and recordings comes from its own example
  const there = new Set([...rows.tables.map(([type]) => type), 'video-participants', 'video-compositions']);
  const types = Object.values<Dictionary>(contract.schemas).flatMap(
    ({ properties }) => properties?.type?.const ?? [],
  );
  const homes = HOMES.map((home): Home => homeOf(home, rows, id, people));
  const idOf = (type: string, home: string, index: number) => seededId(id, type, home, index);
  seedExamples(
    { contract, attributes, rows, id, idOf, clock, homes },
    types.filter((type) => !there.has(type)),
  );
  relateSeeds(rows, homes, { id, clock, files });
  rows.seal();
  return {
    token: `sandbox-${id('courier-token').slice(0, 13)}`,
    service: { individualId: id('courier-individual', 'desk'), userId: id('courier-user', 'desk') },
    rows,
  };
}

function homeOf(
  { organization, person, staff, group, number }: (typeof HOMES)[number],
  rows: Rows,
  id: IdOf,
  people: readonly Person[],
): Home {
  const channel = id('courier-channel', person);
  const phone = people.find(({ key }) => key === person)?.courier?.phone ?? '';
  const inChannel = ({ attributes }: Row) => attributes['channel-id'] === channel && !attributes.draft;
  const message = rows.all('messaging-messages').findLast(inChannel);
  const email = rows
    .all('user-emails')
    .find(({ attributes }) => attributes['individual-id'] === id('courier-individual', person));
  return {
    key: organization,
    phone: `+${phone.replace(/\D/g, '')}`,
    number,
    leads: {
      organizations: id('courier-organization', organization),
      individuals: id('courier-individual', person),
      users: id('courier-user', person),
      'staff individuals': id('courier-individual', staff),
      'staff users': id('courier-user', staff),
      'individual-groups': id('courier-group', group),
      'messaging-channels': channel,
      ...(message && { 'messaging-messages': message.id }),
      'text-accounts': id('courier-account', organization),
      ...(email && { 'user-emails': email.id }),
    },
  };
}

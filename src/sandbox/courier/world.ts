import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { Table } from '../table.ts';
import { channelsAtStart } from './channels-at-start.ts';
import { messagesAtStart } from './messages-at-start.ts';
import { groupsAtStart, individualsAtStart, organizationsAtStart, usersAtStart } from './people-at-start.ts';
import type {
  Account,
  Channel,
  Email,
  Group,
  Individual,
  Message,
  Organization,
  Text,
  User,
} from './rows.ts';
import { accountsAtStart, emailsAtStart, numbersAtStart, textsAtStart } from './texts-and-emails-at-start.ts';

/** courier's side of the world. */
export interface CourierWorld {
  /** A token that never ends, for whoever does not log in. */
  readonly token: string;
  /** Who acts when a request names nobody. */
  readonly service: { individualId: string; userId: string };
  readonly organizations: Table<Organization>;
  readonly individuals: Table<Individual>;
  readonly users: Table<User>;
  readonly groups: Table<Group>;
  readonly channels: Table<Channel>;
  readonly messages: Table<Message>;
  readonly accounts: Table<Account>;
  readonly texts: Table<Text>;
  readonly emails: Table<Email>;
  /** The numbers that texts are sent from, by id. */
  readonly numbers: ReadonlyMap<string, { accountId: string; number: string }>;
}

/** courier at the start. */
export function courierWorld(
  people: readonly Person[],
  id: IdOf,
  clock: Clock,
  random: Random,
): CourierWorld {
  const tools = { id, clock, random };
  const groups = groupsAtStart(people, id, clock);
  const channels = channelsAtStart(people, groups, tools);
  const messages = messagesAtStart(people, channels, tools);
  for (const message of messages) {
    const channel = channels.find((one) => one.id === message.channelId);
    if (channel && message.modifiedAt > channel.modifiedAt) channel.modifiedAt = message.modifiedAt;
  }
  return {
    token: `sandbox-${id('courier-token').slice(0, 13)}`,
    service: { individualId: id('courier-individual', 'desk'), userId: id('courier-user', 'desk') },
    organizations: table(organizationsAtStart(id, clock), 10),
    individuals: table(individualsAtStart(people, id, clock), 10),
    users: table(usersAtStart(people, id, clock), 10),
    groups: table(groups, 10),
    channels: table(channels, 500),
    messages: table(messages, 5000),
    accounts: table(accountsAtStart(id, clock), 10),
    texts: table(textsAtStart(people, tools), 2000),
    emails: table(emailsAtStart(people, tools), 2000),
    numbers: numbersAtStart(id),
  };
}

function table<Row extends { id: string }>(rows: Row[], room: number): Table<Row> {
  const made = new Table<Row>(room);
  for (const row of rows) made.add(row);
  made.seal();
  return made;
}

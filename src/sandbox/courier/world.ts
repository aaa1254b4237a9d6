import type { Chance } from '../chance.ts';
import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import { Shelf } from '../shelf.ts';
import { channelsAtStart } from './channels-at-start.ts';
import { accountsAtStart, emailsAtStart, numbersAtStart, textsAtStart } from './letters-at-start.ts';
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

/** courier's side of the world. */
export interface CourierWorld {
  /** A token that never ends, for whoever does not log in. */
  readonly token: string;
  /** Who acts when a request names nobody. */
  readonly service: { individualId: string; userId: string };
  readonly organizations: Shelf<Organization>;
  readonly individuals: Shelf<Individual>;
  readonly users: Shelf<User>;
  readonly groups: Shelf<Group>;
  readonly channels: Shelf<Channel>;
  readonly messages: Shelf<Message>;
  readonly accounts: Shelf<Account>;
  readonly texts: Shelf<Text>;
  readonly emails: Shelf<Email>;
  /** The numbers that texts are sent from, by id. */
  readonly numbers: ReadonlyMap<string, { accountId: string; number: string }>;
}

/** courier at the start. */
export function courierWorld(
  people: readonly Person[],
  id: IdOf,
  clock: Clock,
  chance: Chance,
): CourierWorld {
  const tools = { id, clock, chance };
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
    organizations: shelf(organizationsAtStart(id, clock), 10),
    individuals: shelf(individualsAtStart(people, id, clock), 10),
    users: shelf(usersAtStart(people, id, clock), 10),
    groups: shelf(groups, 10),
    channels: shelf(channels, 500),
    messages: shelf(messages, 5000),
    accounts: shelf(accountsAtStart(id, clock), 10),
    texts: shelf(textsAtStart(people, tools), 2000),
    emails: shelf(emailsAtStart(people, tools), 2000),
    numbers: numbersAtStart(id),
  };
}

function shelf<Row extends { id: string }>(rows: Row[], room: number): Shelf<Row> {
  const made = new Shelf<Row>(room);
  for (const row of rows) made.add(row);
  made.seal();
  return made;
}

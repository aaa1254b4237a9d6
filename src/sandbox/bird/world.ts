import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Random } from '../random.ts';
import { Table } from '../table.ts';
import { channelsAtStart, groupsAtStart } from './channels-at-start.ts';
import { contactsAtStart } from './contacts-at-start.ts';
import { messagesAtStart } from './messages-at-start.ts';
import type { Channel, ChannelGroup, Contact, MessageRow } from './rows.ts';
import { type Subscription, subscriptionsAtStart } from './webhook-subscription.ts';

/** Bird's side of the world: one workspace. */
export interface BirdWorld {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly accessKey: string;
  /** A key whose role allows reading only. */
  readonly readOnlyKey: string;
  readonly signingKey: string;
  readonly channels: Table<Channel>;
  readonly groups: Table<ChannelGroup>;
  readonly contacts: Table<Contact>;
  readonly messages: Table<MessageRow>;
  readonly subscriptions: Table<Subscription>;
}

/** The workspace at the start. */
export function birdWorld(people: readonly Person[], id: IdOf, clock: Clock, random: Random): BirdWorld {
  const world: BirdWorld = {
    organizationId: id('bird-organization'),
    workspaceId: id('bird-workspace'),
    accessKey: `sandbox-${id('bird-access-key').slice(0, 13)}`,
    readOnlyKey: `sandbox-read-only-${id('bird-read-only-key').slice(0, 13)}`,
    signingKey: `sandbox-${id('bird-signing-key').slice(0, 13)}`,
    channels: new Table(100),
    groups: new Table(100),
    contacts: new Table(2000),
    messages: new Table(5000),
    subscriptions: new Table(1000),
  };
  const channels = channelsAtStart(id, clock).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const contacts = contactsAtStart(people, id, clock, random);
  const byKey = new Map(
    people.flatMap(({ key }) => {
      const contact = contacts.find((one) => one.id === id('bird-contact', key));
      return contact ? [[key, contact] as const] : [];
    }),
  );
  for (const channel of channels) world.channels.add(channel);
  for (const group of groupsAtStart(id, clock)) world.groups.add(group);
  for (const contact of contacts) world.contacts.add(contact);
  for (const row of messagesAtStart(people, channels, byKey, { id, clock, random })) world.messages.add(row);
  for (const subscription of subscriptionsAtStart(id, clock)) world.subscriptions.add(subscription);
  const { groups, messages, subscriptions } = world;
  for (const table of [world.channels, groups, world.contacts, messages, subscriptions]) table.seal();
  return world;
}

import type { Clock } from '../clock.ts';
import type { IdOf } from '../naming.ts';
import type { Person } from '../people/person.ts';
import type { Chance } from '../random.ts';
import { Shelf } from '../table.ts';
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
  readonly channels: Shelf<Channel>;
  readonly groups: Shelf<ChannelGroup>;
  readonly contacts: Shelf<Contact>;
  readonly messages: Shelf<MessageRow>;
  readonly subscriptions: Shelf<Subscription>;
}

/** The workspace at the start. */
export function birdWorld(people: readonly Person[], id: IdOf, clock: Clock, chance: Chance): BirdWorld {
  const world: BirdWorld = {
    organizationId: id('bird-organization'),
    workspaceId: id('bird-workspace'),
    accessKey: `sandbox-${id('bird-access-key').slice(0, 13)}`,
    readOnlyKey: `sandbox-read-only-${id('bird-read-only-key').slice(0, 13)}`,
    signingKey: `sandbox-${id('bird-signing-key').slice(0, 13)}`,
    channels: new Shelf(100),
    groups: new Shelf(100),
    contacts: new Shelf(2000),
    messages: new Shelf(5000),
    subscriptions: new Shelf(1000),
  };
  const channels = channelsAtStart(id, clock).sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const contacts = contactsAtStart(people, id, clock, chance);
  const byKey = new Map(
    people.flatMap(({ key }) => {
      const contact = contacts.find((one) => one.id === id('bird-contact', key));
      return contact ? [[key, contact] as const] : [];
    }),
  );
  for (const channel of channels) world.channels.add(channel);
  for (const group of groupsAtStart(id, clock)) world.groups.add(group);
  for (const contact of contacts) world.contacts.add(contact);
  for (const row of messagesAtStart(people, channels, byKey, { id, clock, chance })) world.messages.add(row);
  for (const subscription of subscriptionsAtStart(id, clock)) world.subscriptions.add(subscription);
  const { groups, messages, subscriptions } = world;
  for (const shelf of [world.channels, groups, world.contacts, messages, subscriptions]) shelf.seal();
  return world;
}

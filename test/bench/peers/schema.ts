/** A graph over what the benchmark asks for, as one would write it with Pothos. */
import SchemaBuilder from '@pothos/core';
import type { Channel, Contact, Message, Sources, Talk } from './sources.ts';

const builder = new SchemaBuilder<{ Context: { sources: Sources } }>({});

const global = (typename: string, ...natives: string[]): string =>
  Buffer.from(`${typename}:${natives.join('/')}`).toString('base64');

const ChannelStatus = builder.enumType('BirdChannelStatus', {
  values: { ACTIVE: { value: 'active' }, INACTIVE: { value: 'inactive' } } as const,
});

const MessageStatus = builder.enumType('MessageStatus', {
  values: {
    ACCEPTED: { value: 'accepted' },
    SENT: { value: 'sent' },
    DELIVERED: { value: 'delivered' },
  } as const,
});

const BirdChannel = builder.objectRef<Channel>('BirdChannel').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }, _args, { sources }) => global('BirdChannel', sources.workspaceId, id) }),
    name: t.exposeString('name'),
    status: t.field({ type: ChannelStatus, resolve: ({ status }) => status as 'active' }),
  }),
});

const CourierChannel = builder.objectRef<Talk>('CourierChannel').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }) => global('CourierChannel', id) }),
    name: t.string({ resolve: ({ attributes }) => attributes.name }),
  }),
});

const CourierChannels = builder.objectRef<readonly Talk[]>('CourierChannelConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [CourierChannel], resolve: (rows) => [...rows] }) }),
});

const CourierIndividual = builder.objectRef<string>('CourierIndividual').implement({
  fields: (t) => ({
    id: t.id({ resolve: (id) => global('CourierIndividual', id) }),
    channels: t.field({
      type: CourierChannels,
      args: { first: t.arg.int({ defaultValue: 20 }) },
      resolve: (id, { first }, { sources }) => sources.talks(id, first ?? 20),
    }),
  }),
});

const IdentityMatch = builder.objectRef<string>('IdentityMatch').implement({
  fields: (t) => ({ individual: t.field({ type: CourierIndividual, resolve: (id) => id }) }),
});

const BirdContact = builder.objectRef<Contact>('BirdContact').implement({
  fields: (t) => ({
    id: t.id({ resolve: ({ id }, _args, { sources }) => global('BirdContact', sources.workspaceId, id) }),
    displayName: t.exposeString('computedDisplayName'),
    individuals: t.field({
      type: [IdentityMatch],
      resolve: async ({ featuredIdentifiers }, _args, { sources }) => {
        const email = featuredIdentifiers.find(({ key }) => key === 'emailaddress')?.value;
        const individual = email && (await sources.individualByEmail.load(email));
        return individual ? [individual] : [];
      },
    }),
  }),
});

const BirdMessage = builder.objectRef<Message>('BirdMessage').implement({
  fields: (t) => ({
    id: t.id({
      resolve: ({ id, channelId }, _args, { sources }) =>
        global('BirdMessage', sources.workspaceId, channelId, id),
    }),
    text: t.string({ resolve: ({ body }) => body.text.text }),
    status: t.field({ type: MessageStatus, resolve: ({ status }) => status as 'delivered' }),
    createdAt: t.exposeString('createdAt'),
    channel: t.field({
      type: BirdChannel,
      resolve: ({ channelId }, _args, { sources }) => sources.channel.load(channelId),
    }),
    contact: t.field({
      type: BirdContact,
      resolve: ({ receiver }, _args, { sources }) => {
        const id = receiver.contacts[0]?.id;
        return id ? sources.contact.load(id) : null;
      },
    }),
  }),
});

const BirdMessages = builder.objectRef<readonly Message[]>('BirdMessageConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [BirdMessage], resolve: (rows) => [...rows] }) }),
});

const BirdContacts = builder.objectRef<readonly Contact[]>('BirdContactConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [BirdContact], resolve: (rows) => [...rows] }) }),
});

const TimeRange = builder.inputType('TimeRange', { fields: (t) => ({ since: t.string() }) });

const Bird = builder.objectRef<object>('Bird').implement({
  fields: (t) => ({
    messages: t.field({
      type: BirdMessages,
      args: { first: t.arg.int({ defaultValue: 20 }), created: t.arg({ type: TimeRange }) },
      resolve: (_bird, { first, created }, { sources }) =>
        sources.messages(first ?? 20, created?.since ?? undefined),
    }),
    contacts: t.field({
      type: BirdContacts,
      args: { first: t.arg.int({ defaultValue: 20 }), after: t.arg.string() },
      resolve: (_bird, { first, after }, { sources }) => sources.contacts(first ?? 20, after ?? undefined),
    }),
    channel: t.field({
      type: BirdChannel,
      args: { id: t.arg.id({ required: true }) },
      resolve: (_bird, { id }, { sources }) => sources.channel.load(String(id)),
    }),
  }),
});

builder.queryType({ fields: (t) => ({ bird: t.field({ type: Bird, resolve: () => ({}) }) }) });

export const schema = builder.toSchema();

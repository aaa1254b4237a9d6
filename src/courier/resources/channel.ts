import { builder } from '../../builder.ts';
import { Channel } from '../../graph/channel.ts';
import { Source } from '../../graph/source.ts';
import { readObject } from '../jsonapi.ts';
import { moment } from '../moment.ts';
import type { components } from '../openapi.gen.ts';
import { relation, resource } from '../resource.ts';
import { action } from '../verbs/action.ts';
import { create } from '../verbs/create.ts';
import { list } from '../verbs/list.ts';
import { read } from '../verbs/read.ts';
import { update } from '../verbs/update.ts';
import { CourierIndividual } from './individual.ts';
import { CourierIndividualGroup } from './individual-group.ts';
import { CourierOrganization } from './organization.ts';

type Schemas = components['schemas'];

const Subscriber = builder.objectRef<Schemas['MessagingChannelSubscriber']>('CourierSubscriber').implement({
  description: 'Somebody who takes part in a channel, as the channel tells it.',
  fields: (t) => ({
    individual: t.field(
      relation(CourierIndividual, 'The individual.', (row: Schemas['MessagingChannelSubscriber']) =>
        row.id
          ? {
              id: row.id,
              'first-name': row['first-name'],
              'last-name': row['last-name'],
              'birth-date': row['birth-date'],
            }
          : undefined,
      ),
    ),
    firstName: t.exposeString('first-name', { description: 'First name.' }),
    lastName: t.exposeString('last-name', { description: 'Last name.' }),
    birthDate: t.exposeString('birth-date', { description: 'Date of birth, `YYYY-MM-DD`.' }),
    email: t.exposeString('email', { description: 'Email address of the user behind the individual.' }),
    emailVerified: t.exposeBoolean('email-verified', { description: 'True when the address is verified.' }),
    phoneNumber: t.exposeString('phone-number', {
      description: 'Phone number of the user behind the individual.',
    }),
    phoneNumberVerified: t.exposeBoolean('phone-number-verified', {
      description: 'True when the number is verified.',
    }),
    phoneNumberUnsubscribed: t.exposeBoolean('phone-number-unsubscribed', {
      description: 'True when the number wants no texts.',
    }),
    admin: t.exposeBoolean('admin', { description: 'True for those who run the channel.' }),
    pinned: t.exposeBoolean('pinned', { description: 'True when they pinned the channel.' }),
    autoSignUp: t.exposeBoolean('auto-sign-up', { description: 'True when courier signed them up.' }),
    communicationPreferences: t.field({
      type: 'JSON',
      description: 'How they want to be reached.',
      resolve: (row) => row['communication-preferences'],
    }),
  }),
});

const LastMessage = builder
  .objectRef<Schemas['MessagingChannelLastMessage']>('CourierLastMessage')
  .implement({
    description: 'The newest message of a channel, as the channel tells it.',
    fields: (t) => ({
      nativeId: t.exposeID('id', { description: 'Its id at courier.' }),
      text: t.exposeString('message', { description: 'What it says.' }),
      postedTime: t.field(moment('When it was posted.', (row) => row['posted-time'])),
      removed: t.exposeBoolean('removed', { description: 'True when it was removed.' }),
    }),
  });

const Profile = builder
  .objectRef<{ id: string; photo: string | null }>('CourierIndividualProfile')
  .implement({
    description: 'How an individual shows in a channel.',
    fields: (t) => ({
      nativeId: t.exposeID('id', { description: 'Its id at courier.' }),
      photo: t.exposeString('photo', { description: 'Their picture, as courier has it.' }),
    }),
  });

export const CourierChannel = resource('CourierChannel', '/v1/messaging-channels/{id}/', {
  cached: true,
  description: 'A channel in which individuals of an organization talk with each other.',
  interfaces: [Channel],
  keyOnlyFields: ['source', 'messages', 'profile'],
  fields: (t) => ({
    source: t.field({
      type: Source,
      nullable: false,
      description: 'The upstream it lives in.',
      resolve: () => 'courier' as const,
    }),
    name: t.exposeString('name', { description: 'What people call it.' }),
    label: t.exposeString('label', { description: 'Its label.' }),
    createdAt: t.field(moment('When it was made.', (row) => row['created-at'])),
    createdBy: t.exposeID('created-by', { description: 'Native id of who made it.' }),
    lastModifiedTime: t.field(moment('When it was last changed.', (row) => row['last-modified-time'])),
    lastMessage: t.field({
      type: LastMessage,
      description: 'The newest message.',
      resolve: (row) => row['last-message'],
    }),
    subscribers: t.field({
      type: [Subscriber],
      description: 'Who takes part.',
      resolve: (row) => row.subscribers,
    }),
    archived: t.exposeBoolean('archived', { description: 'True when it is archived.' }),
    floating: t.exposeBoolean('floating', { description: 'True when it belongs to no fixed group.' }),
    withSms: t.exposeBoolean('with-sms', { description: 'True when it is carried over SMS too.' }),
    canEnableSms: t.exposeBoolean('can-enable-sms', { description: 'True when SMS could be switched on.' }),
    callerHasNewMessage: t.exposeBoolean('caller-has-new-message', {
      description: 'True when the acting individual has something to read.',
    }),
    callerNewMessageCount: t.exposeInt('caller-new-message-count', {
      description: 'How many messages the acting individual has not read.',
    }),
    groupProviderAck: t.exposeBoolean('group-provider-ack', {
      description: 'True when one provider’s reading counts for all.',
    }),
    subscriptionType: t.exposeString('subscription-type', { description: 'courier’s type of subscription.' }),
    eventsEnabled: t.boolean({
      description: 'True when the channel tells of its events.',
      resolve: (row) => row['event-settings']?.enabled,
    }),
    bookmarkedMessageId: t.id({
      description: 'Native id of the bookmarked message.',
      resolve: (row) => row.bookmark?.['message-id'],
    }),
    textNumberId: t.id({
      description: 'Native id of the number it sends texts from.',
      resolve: (row) => row['text-number']?.id,
    }),
    observationId: t.exposeID('observation-id', { description: 'Native id of the observation it is about.' }),
    organization: t.field(
      relation(CourierOrganization, 'The organization it belongs to.', (row) =>
        row['org-id'] ? { id: row['org-id'] } : undefined,
      ),
    ),
    owner: t.field(
      relation(CourierIndividual, 'The individual who owns it.', (row) =>
        row['owner-id']
          ? {
              id: row['owner-id'],
              'first-name': row['owner-first-name'],
              'last-name': row['owner-last-name'],
            }
          : undefined,
      ),
    ),
    individualGroup: t.field(
      relation(CourierIndividualGroup, 'The group it is for.', (row) =>
        row['individual-group-id']
          ? { id: row['individual-group-id'], name: row['individual-group']?.name }
          : undefined,
      ),
    ),
  }),
});

/** The list of channels. */
export const channels = list(CourierChannel, {
  max: 50,
  newestBy: 'last-modified-time',
  note: 'Channels move when something is said in them, so going on by `after` is best effort.',
});

channels.on(
  CourierIndividual,
  'channels',
  { 'participant-id': (individual) => individual.id },
  'The channels in which this individual takes part.',
);

create(CourierChannel, { description: 'Opens a new channel.' });
update(CourierChannel, { description: 'Changes a channel by a JSON Patch.' });
action(CourierChannel, 'archive', { description: 'Puts a channel away.' });
action(CourierChannel, 'unarchive', { description: 'Brings an archived channel back.' });
action(CourierChannel, 'subscribe', {
  name: 'subscribeToCourierChannel',
  description: 'Adds individuals to a channel.',
});
action(CourierChannel, 'unsubscribe', {
  name: 'unsubscribeFromCourierChannel',
  description: 'Takes individuals out of a channel.',
});
action(CourierChannel, 'preferences', {
  name: 'setCourierChannelPreferences',
  description: 'Sets an individual’s preferences for a channel.',
});
action(CourierChannel, 'sms', {
  name: 'setCourierChannelSms',
  description: 'Switches the SMS path of a channel on or off.',
});
read(CourierChannel, 'get-profile', {
  field: 'profile',
  description: 'How an individual shows in this channel.',
  type: Profile,
  read: (answer, operation) => {
    const data = readObject(answer, operation).data as
      | { id: string; attributes?: { photo?: string } }
      | undefined;
    return data ? { id: data.id, photo: data.attributes?.photo ?? null } : null;
  },
});

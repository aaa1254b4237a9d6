import { moment } from '../moment.ts';
import { relation, resource } from '../resource.ts';
import type { Flat } from '../types.ts';
import { action } from '../verbs/action.ts';
import { list } from '../verbs/list.ts';
import { update } from '../verbs/update.ts';
import { CourierIndividual } from './individual.ts';
import { multicastPayload } from './multicast.ts';

/** A user laid flat. */
export type User = Flat<'/v1/users/{id}/'>;

export const CourierUser = resource('CourierUser', '/v1/users/{id}/', {
  description: 'Somebody who signs in: the holder of an email address and a phone number.',
  fields: (t) => ({
    username: t.exposeString('username', { description: 'The name to sign in with.' }),
    firstName: t.exposeString('first-name', { description: 'First name.' }),
    lastName: t.exposeString('last-name', { description: 'Last name.' }),
    email: t.exposeString('email', { description: 'Email address.' }),
    emailVerified: t.exposeBoolean('email-verified', { description: 'True when the address is verified.' }),
    phone: t.exposeString('phone', { description: 'Phone number.' }),
    phoneVerified: t.exposeBoolean('phone-verified', { description: 'True when the number is verified.' }),
    phoneUnsubscribed: t.exposeBoolean('phone-unsubscribed', {
      description: 'True when the number wants no texts.',
    }),
    state: t.exposeString('state', { description: 'courier’s word for the state of the account.' }),
    smsMode: t.exposeString('sms-mode', { description: 'How texts are used for this user.' }),
    notifications: t.exposeStringList('notifications', { description: 'Ways to notify this user.' }),
    communicationPreferences: t.field({
      type: 'JSON',
      description: 'How this user wants to be reached.',
      resolve: (row) => row['communication-preferences'],
    }),
    autoSignUp: t.exposeBoolean('auto-sign-up', { description: 'True when courier signed this user up.' }),
    locale: t.exposeString('locale', { description: 'Language and region.' }),
    localeExplicit: t.exposeBoolean('locale-explicit', {
      description: 'True when the user chose the locale.',
    }),
    tz: t.exposeString('tz', { description: 'Time zone by name.' }),
    tzExplicit: t.exposeBoolean('tz-explicit', { description: 'True when the user chose the time zone.' }),
    lastSyncTime: t.field(moment('When it was last brought up to date.', (row) => row['last-sync-time'])),
    primaryIndividual: t.field(
      relation(CourierIndividual, 'The individual this user is; a user may act for others too.', (row) =>
        row['primary-individual-id'] ? { id: row['primary-individual-id'] } : undefined,
      ),
    ),
  }),
});

/** The list of users, by which individuals are found too. */
export const users = list(CourierUser);

users.on(
  CourierIndividual,
  'users',
  { 'filter[individual-id]': (individual) => individual.id },
  'The users that may act for this individual: their own and, say, a guardian’s.',
);

update(CourierUser, {
  description: 'Changes how a user is notified. courier calls this operation deprecated.',
});

action(CourierUser, 'multicast', {
  name: 'multicastToCourierUser',
  description: 'Sends a template to a user.',
  payload: multicastPayload,
});

action(CourierUser, 'validate-multicast-params', {
  name: 'validateCourierMulticast',
  description: 'Says whether a template’s parameters would do, without sending.',
  payload: (t) => ({
    success: t.boolean({ description: 'True when they would.', resolve: (row) => row.success as boolean }),
    info: t.string({ description: 'courier’s remark.', resolve: (row) => row.info as string }),
  }),
});

import { moment } from '../moment.ts';
import { relation, resource } from '../resource.ts';
import { action } from '../verbs/action.ts';
import { multicastPayload } from './multicast.ts';
import { CourierOrganization } from './organization.ts';

export const CourierIndividual = resource('CourierIndividual', '/v1/individuals/{id}/', {
  cached: true,
  description: 'A person as courier knows them. Their addresses and numbers belong to their users.',
  keyOnlyFields: ['users', 'channels', 'emails', 'contacts', 'person'],
  fields: (t) => ({
    firstName: t.exposeString('first-name', { description: 'First name.' }),
    lastName: t.exposeString('last-name', { description: 'Last name.' }),
    preferredName: t.exposeString('preferred-name', { description: 'The name they prefer.' }),
    birthDate: t.exposeString('birth-date', { description: 'Date of birth, `YYYY-MM-DD`.' }),
    accountType: t.exposeString('account-type', { description: 'courier’s type of account.' }),
    ownerId: t.exposeID('owner-id', { description: 'Native id of the one who keeps this record.' }),
    owner: t.field(
      relation(
        CourierOrganization,
        'The organization that keeps this record; null where the owner is something else.',
        (row) => (row['owner-id'] ? { id: row['owner-id'] } : undefined),
      ),
    ),
    lastModifiedTime: t.field(moment('When it was last changed.', (row) => row['last-modified-time'])),
  }),
});

action(CourierIndividual, 'multicast', {
  name: 'multicastToCourierIndividual',
  description: 'Sends a template to an individual over the ways they prefer.',
  payload: multicastPayload,
});

action(CourierIndividual, 'recalculate-communication-summary', {
  name: 'recalculateCourierCommunicationSummary',
  description: 'Has courier count an individual’s messages and notifications again.',
});

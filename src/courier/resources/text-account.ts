import { moment } from '../moment.ts';
import { relation, resource } from '../resource.ts';
import { list } from '../verbs/list.ts';
import { CourierOrganization } from './organization.ts';

export const CourierTextAccount = resource('CourierTextAccount', '/v1/text-accounts/{id}/', {
  description: 'The account from which an organization sends texts.',
  cached: true,
  keyOnlyFields: ['texts'],
  fields: (t) => ({
    phoneNumber: t.exposeString('phone-number', { description: 'The number it sends from.' }),
    allowCustomNumber: t.exposeBoolean('allow-custom-number', {
      description: 'True when texts may be sent from a number of one’s own.',
    }),
    twilioId: t.exposeString('twilio-id', { description: 'Its id at the carrier’s platform.' }),
    createdAt: t.field(moment('When it was made.', (row) => row['created-at'])),
    organization: t.field(
      relation(CourierOrganization, 'The organization it belongs to.', (row) =>
        row['organization-id'] ? { id: row['organization-id'] } : undefined,
      ),
    ),
  }),
});

/** The list of text accounts. */
export const textAccounts = list(CourierTextAccount);

textAccounts.on(
  CourierOrganization,
  'textAccounts',
  { 'organization-id': (organization) => organization.id },
  'The accounts from which this organization sends texts.',
);

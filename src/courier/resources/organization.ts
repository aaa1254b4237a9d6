import { moment } from '../moment.ts';
import { resource } from '../resource.ts';
import { list } from '../verbs/list.ts';

export const CourierOrganization = resource('CourierOrganization', '/v1/organizations/{id}/', {
  cached: true,
  keyOnlyFields: ['textAccounts'],
  description: 'An organization that talks with individuals.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    displayName: t.exposeString('display-name', { description: 'The name to show.' }),
    classification: t.exposeString('classification', { description: 'courier’s class of organization.' }),
    providerType: t.exposeString('provider-type', { description: 'What kind of provider it is.' }),
    timezone: t.exposeString('timezone', { description: 'Its time zone by name.' }),
    lastModifiedTime: t.field(moment('When it was last changed.', (row) => row['last-modified-time'])),
  }),
});

list(CourierOrganization);

import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierOrganizationPreference = resource(
  'CourierOrganizationPreference',
  '/v1/org-preferences/',
);

list(CourierOrganizationPreference).under(CourierOrganization, { field: 'preferences' });
create(CourierOrganizationPreference, { name: 'setCourierOrganizationPreference' });

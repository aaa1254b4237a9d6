import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';
import { CourierUser } from './user.ts';

export const CourierUserConsent = resource('CourierUserConsent', '/v1/user-consents/{id}/');

/** The list of consents, of a user or for an organization. */
export const userConsents = list(CourierUserConsent)
  .under(CourierUser, { field: 'consents' })
  .under(CourierOrganization);
create(CourierUserConsent);

import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';

export const CourierOrganization = resource('CourierOrganization', '/v1/organizations/{id}/', {
  cached: true,
});

list(CourierOrganization);

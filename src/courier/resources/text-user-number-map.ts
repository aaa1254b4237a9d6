import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';
import { CourierTextAccountNumber } from './text-account-number.ts';
import { CourierUser } from './user.ts';

export const CourierTextUserNumberMap = resource(
  'CourierTextUserNumberMap',
  '/v1/text-user-number-maps/{id}/',
);

list(CourierTextUserNumberMap).under(CourierTextAccountNumber).under(CourierUser).under(CourierOrganization);
create(CourierTextUserNumberMap);

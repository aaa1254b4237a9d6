import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierAnnouncer = resource('CourierAnnouncer', '/v1/announcers/{id}/');

list(CourierAnnouncer).under(CourierOrganization);
create(CourierAnnouncer);
update(CourierAnnouncer);

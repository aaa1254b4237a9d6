import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierIndividualGroup } from './individual-group.ts';
import { CourierOrganization } from './organization.ts';

export const CourierResponder = resource('CourierResponder', '/v1/messaging-responders/{id}/');

list(CourierResponder).under(CourierOrganization).under(CourierIndividualGroup);
create(CourierResponder);
update(CourierResponder);
action(CourierResponder, 'disable');
action(CourierResponder, 'enable');

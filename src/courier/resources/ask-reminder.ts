import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';

export const CourierAskReminder = resource('CourierAskReminder', '/v1/ask-reminders/{id}/');

list(CourierAskReminder).under(CourierIndividual);
create(CourierAskReminder);
update(CourierAskReminder);

import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierTextAccount } from './text-account.ts';

export const CourierTextAccountNumber = resource(
  'CourierTextAccountNumber',
  '/v1/text-account-numbers/{id}/',
);

list(CourierTextAccountNumber).under(CourierTextAccount);
create(CourierTextAccountNumber);
update(CourierTextAccountNumber);
action(CourierTextAccountNumber, 'reset-logs', { name: 'resetCourierTextAccountNumberLogs' });

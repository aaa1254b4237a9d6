import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierTextAccount = resource('CourierTextAccount', '/v1/text-accounts/{id}/', { cached: true });

/** The list of text accounts. */
export const textAccounts = list(CourierTextAccount).under(CourierOrganization, {
  description: 'The accounts from which this organization sends texts.',
});

create(CourierTextAccount);
update(CourierTextAccount);
action(CourierTextAccount, 'claim-number', { name: 'claimCourierTextNumber' });

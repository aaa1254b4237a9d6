import { action } from '../../graph/verbs/action.ts';
import { list } from '../../graph/verbs/list.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import type { Flat } from '../types.ts';
import { CourierIndividual } from './individual.ts';

/** A user laid flat. */
export type User = Flat<'/v1/users/{id}/'>;

export const CourierUser = resource('CourierUser', '/v1/users/{id}/');

/** The list of users, by which individuals are found too. */
export const users = list(CourierUser).under(CourierIndividual, {
  description: 'The users that may act for this individual: their own and, say, a guardian’s.',
});

update(CourierUser);
action(CourierUser, 'multicast', { name: 'multicastToCourierUser' });
action(CourierUser, 'validate-multicast-params', { name: 'validateCourierMulticast' });

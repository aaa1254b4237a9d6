import { action } from '../../graph/verbs/action.ts';
import { resource } from '../courier.ts';

export const CourierIndividual = resource('CourierIndividual', '/v1/individuals/{id}/', {
  cached: true,
  fields: (t) => ({
    ownerId: t.exposeID('owner-id', { description: 'Native id of the one who keeps this record.' }),
  }),
});

action(CourierIndividual, 'multicast', { name: 'multicastToCourierIndividual' });
action(CourierIndividual, 'recalculate-communication-summary', {
  name: 'recalculateCourierCommunicationSummary',
});

import { list } from '../../graph/verbs/list.ts';
import { lookUp } from '../courier.ts';
import { CourierChannel } from './channel.ts';
import { CourierIndividual } from './individual.ts';

/** The list of channels that can be sorted, by recency too. */
export const inboxChannels = list(CourierChannel, {
  path: '/v1/communication-messages/',
  field: 'inboxChannels',
}).under(CourierIndividual, {
  field: 'inboxChannels',
  description: 'The channels of this individual as an inbox.',
});

lookUp('communicationSummary', '/v1/communication-summaries/', {
  pick: 'summary',
  under: { parent: CourierIndividual as never, by: 'individual-id' },
});

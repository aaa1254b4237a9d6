import { Channel } from '../../graph/channel.ts';
import { KEY_ONLY } from '../../graph/selection.ts';
import { Source } from '../../graph/source.ts';
import { action } from '../../graph/verbs/action.ts';
import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { read } from '../../graph/verbs/read.ts';
import { update } from '../../graph/verbs/update.ts';
import { resource } from '../courier.ts';
import { CourierIndividual } from './individual.ts';

export const CourierChannel = resource('CourierChannel', '/v1/messaging-channels/{id}/', {
  cached: true,
  interfaces: [Channel],
  fields: (t) => ({
    source: t.field({
      ...KEY_ONLY,
      type: Source,
      nullable: false,
      description: 'The upstream it lives in.',
      resolve: () => 'courier' as const,
    }),
    eventsEnabled: t.boolean({
      description: 'True when the channel tells of its events.',
      resolve: (row) => row['event-settings']?.enabled,
    }),
    bookmarkedMessageId: t.id({
      description: 'Native id of the bookmarked message.',
      resolve: (row) => row.bookmark?.['message-id'],
    }),
    textNumberId: t.id({
      description: 'Native id of the number it sends texts from.',
      resolve: (row) => row['text-number']?.id,
    }),
  }),
});

/** The list of channels. */
export const channels = list(CourierChannel, {
  newestBy: 'last-modified-time',
  note: 'Channels move when something is said in them, so going on by `after` is best effort.',
}).under(CourierIndividual, {
  by: 'participant-id',
  description: 'The channels in which this individual takes part.',
});

create(CourierChannel, { mayExist: true });
update(CourierChannel);
action(CourierChannel, 'archive');
action(CourierChannel, 'unarchive');
action(CourierChannel, 'subscribe', { name: 'subscribeToCourierChannel' });
action(CourierChannel, 'unsubscribe', { name: 'unsubscribeFromCourierChannel' });
action(CourierChannel, 'preferences', { name: 'setCourierChannelPreferences' });
action(CourierChannel, 'sms', { name: 'setCourierChannelSms' });
read(CourierChannel, 'get-profile');

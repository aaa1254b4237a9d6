import { contactsOf, type MessageRow } from '../bird/message.ts';
import type { Services } from '../context.ts';
import type { Flat } from '../courier/types.ts';
import { joinKey } from '../graph/ids.ts';
import { viewOf } from '../graph/message.ts';
import type { Wish } from '../ports.ts';
import type { Somebody } from '../sending/opt-outs.ts';
import { wishIn } from '../sending/stop-words.ts';
import { identifierIn, whoWished } from './somebody.ts';

/** What somebody wished, and who that is. */
export interface Heard {
  readonly somebody: readonly Somebody[];
  readonly wish: Wish;
}

/** What is needed to heed wishes. */
export type Hearing = Pick<Services, 'optOuts' | 'sendStore' | 'defaultRegion'>;

/** Whoever is at the other end of a channel of Bird, by what a message tells of them. */
export const whoAtBird = (
  contact: { readonly id?: unknown; readonly identifierValue?: unknown } | undefined,
  workspaceId: string,
  channelId: string,
  region: string | undefined,
): Somebody[] => {
  const value = contact?.identifierValue;
  const identifier = typeof value === 'string' ? identifierIn(value, region) : undefined;
  const channel = joinKey(workspaceId, channelId);
  return [
    ...(typeof contact?.id === 'string'
      ? [{ kind: 'contact' as const, value: joinKey(workspaceId, contact.id), channel }]
      : []),
    ...(identifier ? whoWished(identifier) : []),
  ];
};

/** What the author of a message that came in wishes; undefined for a message that wishes nothing of the kind. */
export const heardIn = (
  row: object,
  { defaultRegion }: Pick<Hearing, 'defaultRegion'>,
): Heard | undefined => {
  const view = viewOf(row);
  if (view?.direction(row) !== 'INCOMING') return undefined;
  const wish = wishIn(view.text(row));
  if (!wish) return undefined;
  const at = view.createdAt(row)?.getTime() ?? 0;
  if (view.typename === 'BirdMessage') {
    // The view is that of Bird's rows.
    const message = row as MessageRow;
    const [contact] = contactsOf(message);
    const somebody = whoAtBird(contact, message.workspaceId, message.channelId, defaultRegion);
    return { somebody, wish: { wish, at } };
  }
  if (view.typename !== 'CourierMessage') return undefined;
  const { 'individual-id': value, 'channel-id': channel } = row as Flat<'/v1/messaging-messages/{id}/'>;
  return value && channel
    ? { somebody: [{ kind: 'individual', value, channel }], wish: { wish, at } }
    : undefined;
};

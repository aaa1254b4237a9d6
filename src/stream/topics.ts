import { decodeId } from '../graph/ids.ts';
import { conversationIds } from '../joined/conversation-id.ts';
import type { Entry } from './log/log.ts';

type About = Pick<Entry, 'channelId' | 'people'>;

const known = new WeakMap<readonly string[], readonly string[]>();

/** Global ids of the conversations that an entry's message belongs to. */
export const conversationsOf = ({ channelId, people }: About): readonly string[] =>
  conversationIds(
    channelId,
    people.flatMap((id) => decodeId(id)?.key ?? []),
  );

/** What an entry is about beside its message and its channel: who is at the other end, and in which conversation. */
export const topicsOf = (entry: About): readonly string[] => {
  const { people } = entry;
  if (people.length === 0) return people;
  const found = known.get(people) ?? [...people, ...conversationsOf(entry)];
  known.set(people, found);
  return found;
};

import type { RedisConnection } from '../../store/redis-connection.ts';
import { SERVICE, type State } from './log.ts';
import { keysOf, TOLD_AT, VERSION } from './redis-commit.ts';
import type { Pending } from './redis-plan.ts';
import { toState } from './redis-rows.ts';

/** What was read of a message. */
export interface MessageStates {
  readonly version: string;
  readonly states: readonly State[];
}

/** Reads what `reduceStatus` needs of every message that the changes are about. */
export const readStates = async (
  redis: RedisConnection,
  pending: readonly Pending[],
): Promise<ReadonlyMap<string, MessageStates>> => {
  const audiences = new Map<string, Set<string>>();
  for (const { change } of pending) {
    const { messageId, audience } = change;
    audiences.set(messageId, (audiences.get(messageId) ?? new Set()).add(audience));
  }
  const { state } = keysOf(redis);
  const wanted = [...audiences].map(([id, some]) => ({
    id,
    // An entry for everybody says who was ahead of it, so all are read.
    fields: some.has(SERVICE) ? undefined : [VERSION, SERVICE, ...some],
  }));
  const pipeline = redis.commands.pipeline();
  for (const { id, fields } of wanted) {
    if (fields) pipeline.hmget(state(id), ...fields);
    else pipeline.hgetall(state(id));
  }
  const answers = (await pipeline.exec()) ?? [];
  return new Map(
    wanted.map(({ id, fields }, index) => {
      const [error, answer] = answers[index] ?? [];
      if (error) throw error;
      const found = (
        fields
          ? fields.map((field, at) => [field, (answer as (string | null)[])[at]])
          : Object.entries(answer as object)
      ) as [string, string | null][];
      const states = found.flatMap(([field, text]) =>
        field === VERSION || field.startsWith(TOLD_AT) || text === null ? [] : [toState(id, field, text)],
      );
      return [id, { version: found.find(([field]) => field === VERSION)?.[1] ?? '', states }];
    }),
  );
};

/** What is known of these messages, for each of the audiences apart. */
export const readAudiences = async (
  redis: RedisConnection,
  messageIds: readonly string[],
  audiences: readonly string[],
): Promise<readonly State[]> => {
  if (messageIds.length === 0 || audiences.length === 0) return [];
  const { state } = keysOf(redis);
  const pipeline = redis.commands.pipeline();
  for (const id of messageIds) pipeline.hmget(state(id), ...audiences);
  const answers = (await pipeline.exec()) ?? [];
  return messageIds.flatMap((id, index) => {
    const [error, texts] = answers[index] ?? [];
    if (error) throw error;
    return (texts as (string | null)[]).flatMap((text, at) =>
      text === null ? [] : [toState(id, audiences[at] ?? '', text)],
    );
  });
};

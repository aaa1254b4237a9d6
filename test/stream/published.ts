import { idOfMessage } from './live.ts';

/** Follows statuses, with all that needs no call. */
export const STATUS = `subscription ($messages: [ID!], $channels: [ID!], $after: String) {
  messageStatusChanged(messages: $messages, channels: $channels, after: $after) {
    cursor messageId channelId status previous nativeStatus occurredAt observedAt via
  }
}`;

/** Follows statuses, and reads each message. */
export const STATUS_WITH_MESSAGE = `subscription ($messages: [ID!]) {
  messageStatusChanged(messages: $messages) { status message { nativeId status channel { name } } }
}`;

/** Follows statuses with those before, and reads each message. */
export const STATUS_WITH_PREVIOUS = `subscription ($messages: [ID!]) {
  messageStatusChanged(messages: $messages) { status previous message { nativeId } }
}`;

/** Follows new messages. */
export const ADDED = `subscription ($channels: [ID!], $after: String) {
  messageAdded(channels: $channels, after: $after) {
    cursor messageId via message { text } channel { nativeId }
  }
}`;

/** One result of a subscription over a socket. */
export type Result = { value?: { data?: Record<string, unknown> | null; errors?: readonly unknown[] } };

/** What the next event says. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
export const next = async (events: AsyncIterator<unknown>): Promise<any> => {
  const { value } = (await events.next()) as Result;
  const result = value && 'data' in value && 'id' in value ? (value.data as Result['value']) : value;
  if (result?.errors) throw new Error(JSON.stringify(result.errors));
  return Object.values(result?.data ?? {})[0];
};

/** Statuses of the next events, by the messages’ names. */
export const nextStatuses = async (
  events: AsyncIterator<unknown>,
  count: number,
  names: readonly string[],
) => {
  const found: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const { messageId, status, via } = await next(events);
    const name = names.find((one) => idOfMessage(one) === messageId);
    found.push(`${name} ${status} ${via}`);
  }
  return found;
};

/** The errors that a subscription is refused with. */
export const errorsOf = async (events: AsyncIterator<unknown>) => {
  try {
    const { value } = (await events.next()) as Result;
    return JSON.stringify(value?.errors ?? value);
  } catch (error) {
    return JSON.stringify(error);
  }
};

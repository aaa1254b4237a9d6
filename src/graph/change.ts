import { audienceOf, type Context } from '../context.ts';
import type { EventSource, MessageChange } from '../ports.ts';
import { globalId } from './ids.ts';
import type { MessageView } from './message.ts';

/** What a person is called at each upstream: the types whose keys a view gives. */
const PERSON = { bird: 'BirdContact', courier: 'CourierIndividual' } as const;

/** What a row says of its message, as the status stream takes it. */
export const changeOf = <Row>(
  view: MessageView<Row>,
  row: Row,
  how: { readonly added: boolean; readonly via: EventSource; readonly audience: string },
): MessageChange => ({
  messageId: globalId(view.typename, view.key(row)),
  channelId: view.channelId(row),
  people: view.people(row).map((key) => globalId(PERSON[view.api], key)),
  status: view.status(row),
  removed: view.removed?.(row) ?? null,
  nativeStatus: view.nativeStatus(row) ?? null,
  occurredAt: (view.statusAt(row) ?? view.createdAt(row) ?? new Date()).getTime(),
  createdAt: view.createdAt(row)?.getTime() ?? null,
  ...how,
});

/**
 * Tells the status stream what a mutation has done. The mutation has happened whether or not the stream can
 * write it down, so a failure is a warning.
 */
export const recordOwn = async <Row>(
  context: Context,
  view: MessageView<Row>,
  row: Row,
  { added, via = 'MUTATION' }: { readonly added: boolean; readonly via?: EventSource },
): Promise<void> => {
  try {
    const change = changeOf(view, row, { added, via, audience: audienceOf(context, view.api) });
    // Whoever is told of the message is told what the client calls it.
    if (added && context.clientId !== undefined)
      await context.services.sendStore.label(change.messageId, context.clientId);
    await context.services.changes.record([change]);
  } catch (error) {
    context.services.warn('a change could not be recorded', { error: String(error) });
  }
};

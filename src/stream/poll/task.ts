import type { Context } from '../../context.ts';
import { changeOf } from '../../graph/change.ts';
import { viewOf } from '../../graph/message.ts';
import { loadNode } from '../../graph/node.ts';
import { heardIn } from '../../joined/wishes.ts';
import { SERVICE } from '../log/log.ts';
import type { Reading, Tracked, TrackedChannel, TrackedMessage } from './tracked.ts';

/** Something to ask an upstream now: one call, or two where rows are many. */
export interface Task {
  /** The watched channel whose list is read. */
  readonly channel: TrackedChannel | undefined;
  /** The messages that are asked about. */
  readonly messages: readonly TrackedMessage[];
  read(context: Context): Promise<readonly Reading[]>;
}

/** One moment by two clocks. */
export interface Moment {
  /** In milliseconds since the epoch, as an upstream would say it. */
  readonly now: number;
  /** By the clock that nobody sets, by which it is told what is due. */
  readonly elapsed: number;
}

/** Chooses what to ask one upstream next; undefined when nothing is due. */
export type PollPlan = (tracked: Tracked, moment: Moment) => Task | undefined;

/**
 * What a row of a message says.
 *
 * @param listedBy which of the message's times its channel's list goes on by
 */
export const readingOf = (
  context: Context,
  row: object,
  listedBy: 'createdAt' | 'statusAt',
): readonly Reading[] => {
  const view = viewOf(row);
  if (!view) return [];
  const change = changeOf(view, row, { added: false, via: 'POLL', audience: SERVICE });
  const heard = heardIn(row, context.services);
  return [
    { change, heard, createdAt: view.createdAt(row)?.getTime(), listedAt: view[listedBy](row)?.getTime() },
  ];
};

/** Asks for one message by itself. */
export const readAlone = (message: TrackedMessage): Task => ({
  channel: undefined,
  messages: [message],
  read: async (context) => {
    const row = await loadNode(context, message.id);
    return row ? readingOf(context, row, 'createdAt') : [];
  },
});

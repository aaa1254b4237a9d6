import type { StreamEvent } from '../../ports.ts';
import type { Entry } from '../log/log.ts';
import type { Interest, View } from './pub-sub.ts';

/** What is told before the log, and from where the log tells the rest. */
export interface Beginning {
  readonly events: readonly StreamEvent[];
  /** The log that the position counts in. */
  readonly epoch: string;
  /** Everything up to here is told by these events. */
  readonly position: number;
  /** What an entry behind that position tells beside these events; undefined when it says no more than they. */
  readonly see: (entry: Entry) => Entry | undefined;
}

/**
 * What one subscription is to be told. GraphQL takes it for a stream of events because a resolver gives it; the
 * events are delivered by `useDelivery`, which pushes results to whoever reads.
 */
export class Subscription implements AsyncIterable<StreamEvent> {
  readonly interest: Interest | undefined;
  readonly view: View;
  /** Reads how things stand, where the log goes on without what lies between. */
  readonly reconcile: () => Promise<Beginning>;
  #beginning: Beginning | undefined;

  constructor(options: Pick<Subscription, 'interest' | 'view' | 'reconcile'> & { beginning: Beginning }) {
    this.interest = options.interest;
    this.view = options.view;
    this.reconcile = options.reconcile;
    this.#beginning = options.beginning;
  }

  /** What is told first; it can be large, so it is given away once. */
  begin(): Beginning {
    const beginning = this.#beginning;
    this.#beginning = undefined;
    if (!beginning) throw new Error('a subscription begins once');
    return beginning;
  }

  [Symbol.asyncIterator](): never {
    throw new Error('the events of this gateway are delivered by its plugin');
  }
}

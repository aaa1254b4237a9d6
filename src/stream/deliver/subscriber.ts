import type { Sink } from '../../ports.ts';
import type { Entry } from '../log/log.ts';

/**
 * Why a subscriber is told no longer: they left; they did not read what was new; they resumed and have not read all
 * that they were sent; they were told a part before; entries that they lack have gone from the log; or the stream is
 * over.
 */
export type Dismissal = 'left' | 'slow' | 'busy' | 'apart' | 'gone' | 'over';

/** One client's subscription as it stands in the log. */
export class Subscriber {
  readonly sink: Sink;
  /** The log that its position counts in. */
  epoch = '';
  /** Everything up to here has been told. */
  position = 0;
  /** True when it did not read: the newest of each message is told in place of all that waited. */
  late = false;
  /** What an entry tells this one, who was told something else before; undefined when it says nothing new. */
  see: (entry: Entry) => Entry | undefined = (entry) => entry;
  #left = false;
  #room: { remove(subscriber: Subscriber): void } | undefined;
  #waiting: PromiseWithResolvers<Dismissal> | undefined;

  constructor(sink: Sink) {
    this.sink = sink;
  }

  /** True when nobody is there any more. */
  get left(): boolean {
    return this.#left;
  }

  /** Is told by somebody from now on, who must be told when it leaves. */
  entered(room: { remove(subscriber: Subscriber): void }): void {
    this.#room = room;
  }

  /** Resolves when it is told no longer, and says why; rejects with what went wrong. */
  told(): Promise<Dismissal> {
    if (this.#left) return Promise.resolve('left');
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  /** Resolves when the client has read on, or has left. */
  drained(): Promise<Dismissal> {
    const over = this.told();
    void this.sink.drained().then(() => this.dismissed('apart'));
    return over;
  }

  dismissed(why: Dismissal): void {
    this.#room = undefined;
    this.#waiting?.resolve(why);
  }

  failed(error: unknown): void {
    this.#room = undefined;
    this.#waiting?.reject(error);
  }

  /** Ends it at once. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#room?.remove(this);
    this.dismissed('left');
  }
}

import { createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { SendStore, Wish } from '../ports.ts';

/** How many marks of people this process remembers by itself: more than come in while a send is being made. */
const REMEMBERED = 100_000;

/**
 * Somebody as wishes are kept: by an address or a number, by the last digits of a number (`ends`) or of one whose
 * country is not known (`stray`), as who they are to one channel, or as a person by their key.
 */
export type Somebody =
  | { readonly kind: 'email' | 'phone' | 'ends' | 'stray' | 'person'; readonly value: string }
  | { readonly kind: 'contact' | 'individual'; readonly value: string; readonly channel: string };

/** The last wishes of a mark that were heard in this process, -1 where there was none. */
interface Heard {
  readonly stop: number;
  readonly resume: number;
  /** How many wishes had been heard with it. */
  readonly turn: number;
  /** How many of them are not written down yet. */
  readonly unwritten: number;
}

const UNHEARD: Heard = { stop: -1, resume: -1, turn: 0, unwritten: 0 };

const wantsStop = ({ stop, resume }: Heard): boolean => stop >= 0 && stop >= resume;

/** Says right before something leaves whether it still may. */
export type Gate = () => boolean;

/**
 * Who wants no more messages. A wish counts in this process from the moment that it is heard, before it is written
 * down, and on every node from the moment that `hear` resolves.
 */
export class OptOuts {
  readonly #store: SendStore;
  readonly #heard = new LRUCache<string, Heard>({ max: REMEMBERED });
  #turn = 0;

  constructor(store: SendStore) {
    this.#store = store;
  }

  /** The marks of somebody: keyed hashes, which say nothing without the key. */
  marks(somebody: readonly Somebody[]): string[] {
    const texts = somebody.map((one) =>
      'channel' in one ? `${one.kind} ${one.value} ${one.channel}` : `${one.kind} ${one.value}`,
    );
    return [...new Set(texts)].map((text) =>
      createHmac('sha256', this.#store.secret).update(text).digest('base64url').slice(0, 22),
    );
  }

  /**
   * Takes in a wish. It is heeded at once; it is safely written when this resolves. One that cannot be written is
   * heeded here all the same.
   */
  async hear(somebody: readonly Somebody[], { wish, at }: Wish): Promise<void> {
    const marks = this.marks(somebody);
    if (marks.length === 0) return;
    this.#turn += 1;
    for (const mark of marks) {
      const known = this.#heard.get(mark) ?? UNHEARD;
      const later = { [wish]: Math.max(known[wish], at) };
      this.#heard.set(mark, { ...known, ...later, turn: this.#turn, unwritten: known.unwritten + 1 });
    }
    await this.#store.wish(marks, { wish, at });
    for (const mark of marks) {
      const known = this.#heard.get(mark);
      if (known) this.#heard.set(mark, { ...known, unwritten: known.unwritten - 1 });
    }
  }

  /** True when any of the marks wants no more messages. */
  async isStopped(marks: readonly string[]): Promise<boolean> {
    return this.#isStoppedSince(marks, this.#turn) || this.#store.isStopped(marks);
  }

  /**
   * Asks whether any of the marks wants no more messages, and watches from now on.
   *
   * @returns what says right before the send leaves whether it still may; undefined when it must not
   */
  async open(marks: readonly string[]): Promise<Gate | undefined> {
    const turn = this.#turn;
    if (await this.isStopped(marks)) return undefined;
    return () => !this.#isStoppedSince(marks, turn);
  }

  /** True when a wish to stop was heard here after a turn, or is not written down yet. */
  #isStoppedSince(marks: readonly string[], turn: number): boolean {
    return marks.some((mark) => {
      const known = this.#heard.get(mark);
      return known !== undefined && (known.turn > turn || known.unwritten > 0) && wantsStop(known);
    });
  }
}

// The ports by which lower rooms reach what stands above them, and the words they use for it.
import type { ExecutionResult } from 'graphql';

/** Every status of a message, lowest first: the one vocabulary of both upstreams, and its total order. */
export const MESSAGE_STATUSES = [
  'UNKNOWN',
  'DRAFT',
  'SCHEDULED',
  'ACCEPTED',
  'PROCESSING',
  'SENT',
  'SKIPPED',
  'REJECTED',
  'FAILED',
  'DELIVERED',
  'RECEIVED',
  'READ',
  'DELETED',
] as const;

export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** How an event came to Pigeon's knowledge; GAP says that something is missing that nobody can tell. */
export type EventSource = 'SNAPSHOT' | 'WEBHOOK' | 'POLL' | 'MUTATION' | 'RECONCILED' | 'GAP';

/** What happened to one message. It holds ids and statuses, never a body or an identifier of a person. */
export interface MessageChange {
  /** Global id of the message. */
  readonly messageId: string;
  /** Global id of its channel, where it has one. */
  readonly channelId: string | null;
  /** Global ids of the contacts or the individual at its other end; left out where that is not told. */
  readonly people?: readonly string[] | undefined;
  /** True when the message was not there before. */
  readonly added: boolean;
  /** How far the message has come, whether or not it is removed. */
  readonly status: MessageStatus;
  /** Whether the message is removed for now, which can be taken back; left out where that is not told. */
  readonly removed?: boolean | null;
  /** The upstream's own word for the status. */
  readonly nativeStatus: string | null;
  /** When it happened by the upstream's clock, in milliseconds since the epoch. */
  readonly occurredAt: number;
  /** When the message was made by the upstream's clock, in milliseconds since the epoch; left out where that is not told. */
  readonly createdAt?: number | null;
  readonly via: EventSource;
  /** Who may see it: `service`, or the key of one forwarded credential. */
  readonly audience: string;
}

/** How far a message has come by all that was told of it. */
export interface Standing extends Pick<MessageChange, 'status' | 'nativeStatus' | 'occurredAt'> {
  readonly removed: boolean;
  /** When it was removed, or that was taken back; 0 where neither was ever told. */
  readonly removedAt: number;
}

/** What a subscriber is told. */
export interface StreamEvent {
  readonly cursor: string;
  readonly messageId: string;
  readonly channelId: string | null;
  /** Global ids of who is at the message's other end, as far as that is known. */
  readonly people: readonly string[];
  readonly status: MessageStatus;
  readonly previous: MessageStatus | null;
  readonly nativeStatus: string | null;
  readonly occurredAt: Date;
  readonly observedAt: Date;
  readonly via: EventSource;
}

/** Where messages' changes go and come from; the status stream stands behind it. */
export interface Changes {
  /** Resolves when the changes are safely written; they reach subscribers from there. */
  record(changes: readonly MessageChange[]): Promise<void>;
  /** How far each message has come, by global id, as far as the audience may know. */
  seen(ids: readonly string[], audience: string): Promise<ReadonlyMap<string, Standing>>;
  /** The same at once, where the store can tell it so; left out, or undefined, where it cannot. */
  seenNow?(ids: readonly string[], audience: string): ReadonlyMap<string, Standing> | undefined;
  /** Where the last change that subscribers were told stands; left out where nobody is told of changes. */
  readonly newest?: number;
}

/** Where courier is to post what becomes of one text. */
export interface TextCallback {
  /** The address, which nobody can guess. */
  readonly url: string;
  /** Says which text it is, by courier's id. What was posted before counts from now on. */
  bind(textId: string): Promise<void>;
  /** Forgets the address: the text was not sent. */
  drop(): Promise<void>;
}

/** The addresses that courier posts the statuses of texts to. */
export interface TextCallbacks {
  /**
   * An address for a text that is about to be sent.
   *
   * @param audience whose eyes what is posted there is for
   */
  open(audience: string): Promise<TextCallback>;
  /** True for an address of Pigeon's own: whoever knows it can say what became of the text. */
  isOwn(url: string): boolean;
}

/**
 * How far a send with an idempotency key has come. SENDING: its answer is awaited. UNKNOWN: the answer was lost, and
 * the message is looked for. NOT_FOUND: it was looked for long enough and is not shown. UNTRACEABLE: the upstream
 * gives no way of finding it. DONE: it was carried out.
 */
export type SendState = 'SENDING' | 'UNKNOWN' | 'NOT_FOUND' | 'UNTRACEABLE' | 'DONE';

/** A send that is about to be made, as the outbox writes it down: ids and hashes, and nothing of what it says. */
export interface NewSend {
  /** A hash of whose send it is, of its mutation and its key. */
  readonly id: string;
  /** A hash of whose send it is. */
  readonly owner: string;
  readonly mutation: string;
  readonly key: string;
  /** A hash of the whole input. */
  readonly print: string;
  /** The upstream's operation: `bird POST /workspaces/{workspaceId}/…`. */
  readonly operation: string;
  /** What the message can be found by, as JSON of ids and hashes; null where it cannot be found. */
  readonly clue: string | null;
  /** By whose eyes it can be found: `service`, or the key of one forwarded credential. */
  readonly audience: string;
}

/** A send as the outbox keeps it. */
export interface KeptSend extends NewSend {
  readonly state: SendState;
  /** When it was made, in milliseconds since the epoch, by the store's clock. */
  readonly since: number;
  /** How old it is, in milliseconds, by the same clock. */
  readonly age: number;
  /** The ids of what it gave, as JSON; null while it is not DONE. */
  readonly outcome: string | null;
}

/**
 * The durable memory of sends with an idempotency key, kept for a day. What resolves is safely written; everything
 * rejects with `StoreError` when the store cannot be read or written.
 */
export interface Outbox {
  find(id: string): Promise<KeptSend | undefined>;
  /**
   * Writes a send down before it is made.
   *
   * @param withinMs by when its outcome will be known, or never
   * @returns false when one of this id is there already: then it must not be made
   */
  begin(send: NewSend, withinMs: number): Promise<boolean>;
  /** Forgets a send that was surely not carried out. */
  release(id: string): Promise<void>;
  /** The send was answered. */
  finish(id: string, outcome: string): Promise<void>;
  /** The send’s answer was lost. */
  lose(id: string): Promise<void>;
  /**
   * What a lost send gave was found.
   *
   * @returns false when the send is done already, or another send of the same operation gave the very same
   */
  settle(id: string, outcome: string): Promise<boolean>;
  /** A lost send was looked for long enough. */
  giveUp(id: string): Promise<void>;
  /** What is not done of an owner’s, oldest first. */
  open(owner: string, limit: number): Promise<readonly KeptSend[]>;
  /** Lost sends that it is time to look for; each is given to one process, and again after a growing pause. */
  due(limit: number): Promise<readonly KeptSend[]>;
  /** True while another send of the same operation and clue waits for its answer. */
  hasRival(send: KeptSend): Promise<boolean>;
  close(): Promise<void>;
}

/** A send under an idempotency key while it is made. */
export interface Sending {
  /** Marks the message at an upstream that takes marks. */
  readonly mark: string;
  /**
   * Writes the send down; nothing may be sent before it resolves.
   *
   * @param clue what the message can be found by
   * @throws when somebody else makes the same send, or it cannot be written
   */
  begin(operation: string, clue: object | undefined, audience: string): Promise<void>;
}

/** What somebody said about being written to, and when by the upstream’s clock, in milliseconds since the epoch. */
export interface Wish {
  readonly wish: 'stop' | 'resume';
  readonly at: number;
}

/** A message that is to be sent later, as the queue keeps it until then: it holds what the message says. */
export interface QueuedSend {
  /** Of a caller, a mutation and an idempotency key there is one; without a key each is one of its own. */
  readonly id: string;
  /** A hash of whose send it is. */
  readonly owner: string;
  /** Who asked for it, as callers are told apart. */
  readonly callerKey: string;
  readonly callerKnown: boolean;
  /** A hash of the whole input. */
  readonly print: string;
  /** The input of `sendMessage`, as JSON. */
  readonly input: string;
  /** Global id of the channel that it is to go over. */
  readonly channelId: string;
  /** When it is to be sent, in milliseconds since the epoch. */
  readonly at: number;
}

/**
 * The durable memory of what people want, beside the outbox: who wants no more messages, how often somebody was
 * written to, what clients call their messages, and what waits to be sent. People are kept as keyed hashes, called
 * marks. What resolves is safely written; everything rejects with `StoreError` when the store cannot be read or
 * written.
 */
export interface SendStore {
  /** The key that people’s identifiers are hashed with; it is made once and lasts as long as the store. */
  readonly secret: Uint8Array;
  /** Remembers a wish of somebody for all of their marks. */
  wish(marks: readonly string[], wish: Wish): Promise<void>;
  /** True when the last wish of any of the marks is to stop; of two at one moment, stop is the last. */
  isStopped(marks: readonly string[]): Promise<boolean>;
  /**
   * Counts a send to somebody.
   *
   * @param now the time, in milliseconds since the epoch
   * @returns undefined when it was counted; else from when on another send may be, and nothing was counted
   */
  count(mark: string, cap: number, windowMs: number, now: number): Promise<number | undefined>;
  /** Takes back the newest count: nothing was sent. */
  uncount(mark: string): Promise<void>;
  /** Remembers what a client calls a message, by the message’s global id. */
  label(messageId: string, clientId: string): Promise<void>;
  labels(messageIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Puts a send into the queue, and gives what the queue has under its id. */
  enqueue(send: QueuedSend): Promise<QueuedSend>;
  /** Sends whose time has come. Each is given to one process, and again when `leaseMs` have passed and it is still there. */
  lease(limit: number, leaseMs: number, now: number): Promise<readonly QueuedSend[]>;
  /** Moves a send to a later time. */
  postpone(id: string, at: number): Promise<void>;
  /** Takes a send out of the queue; false when it was not there, or is not the owner’s. */
  dequeue(id: string, owner: string): Promise<boolean>;
  /** What waits of an owner’s, soonest first. */
  queued(owner: string, limit: number): Promise<readonly QueuedSend[]>;
  close(): Promise<void>;
}

/** What identifies a person in both upstreams; `digits` is a number whose country is not known, by its last ones. */
export type IdentifierKind = 'email' | 'phone' | 'digits';

/** That a user has an identifier. */
export interface Holder {
  /** The individual that the user is; empty for a user who is none, and then nobody's match but somebody else. */
  readonly individualId: string;
  /** True when courier has verified the identifier. */
  readonly verified: boolean;
  /** True when the user's account is active. */
  readonly active: boolean;
  /** False for a number with an extension or without a country. */
  readonly exact: boolean;
}

/** Who has which identifier, by courier's whole list of users as it was swept last. */
export interface Directory {
  /** All that have an identifier; undefined while there is no sweep young enough to say so. */
  holders(kind: IdentifierKind, value: string): readonly Holder[] | undefined;
  /** The last whole sweep; undefined before the first. */
  summary(): { readonly sweptAt: Date; readonly users: number; readonly identifiers: number } | undefined;
  /** Remembers that a contact surely is an individual, so that it is found again from courier's side. */
  link(individualId: string, contactKey: string): void;
  links(individualId: string): readonly string[];
  /** The individuals that a contact is remembered to be. */
  linkedTo(contactKey: string): readonly string[];
  unlink(individualId: string, contactKey: string): void;
}

/** A bounded cache whose entries end by themselves. */
export interface RowCache {
  get(key: string): object | undefined;
  set(key: string, row: object): unknown;
  delete(key: string): unknown;
}

/** Where the results of a subscription are written. The same object is written to all who are told the same. */
export interface Sink {
  /** False while the client leaves too much unread: then nothing is to be written. */
  readonly free: boolean;
  /**
   * Is told what says the end of the subscription. A transport that waits for this one need not hold what plugins
   * lay around it.
   */
  begin?(results: AsyncIterable<ExecutionResult>): void;
  write(result: ExecutionResult): void;
  /** Resolves when the client has read on, or has gone. */
  drained(): Promise<void>;
}

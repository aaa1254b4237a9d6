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

import { createContextCache, getTypeBrand, type ObjectFieldBuilder } from '@pothos/core';
import DataLoader from 'dataloader';
import { type BuilderTypes, builder } from '../builder.ts';
import { type Api, audienceOf, type Context } from '../context.ts';
import type { MessageStatus, Standing } from '../ports.ts';
import { InvalidValueError } from './errors.ts';
import { globalId } from './ids.ts';
import { PERSONAL } from './personal.ts';
import { Source } from './source.ts';
import { MessageStatusEnum, rank } from './status.ts';

/** Which way a message went. */
export const MessageDirection = builder.enumType('MessageDirection', {
  description: 'Which way a message went, as the organization sees it.',
  values: {
    INCOMING: { description: 'From a person to the organization.' },
    OUTGOING: { description: 'From the organization to a person.' },
  } as const,
});

/** Who wrote a message, as far as the message itself says. */
export interface Party {
  readonly name: string | null;
  readonly self: boolean;
  /** What the room that made it needs in order to find the person. */
  readonly who?: unknown;
}

/** The side that wrote a message; each upstream's room adds its own kind of person to it. */
export const MessageParty = builder.objectRef<Party>('MessageParty').implement({
  description: 'Who wrote a message.',
  fields: (t) => ({
    name: t.exposeString('name', {
      extensions: PERSONAL,
      description:
        'Their name as the message itself tells it; where it does not, the person’s own name on their timeline.',
    }),
    self: t.exposeBoolean('self', { nullable: false, description: 'True for the organization’s own side.' }),
  }),
});

const DESCRIPTIONS = {
  nativeId: 'Its id at the upstream.',
  source: 'The upstream it lives in.',
  direction: 'Whether it came in or went out.',
  text: 'What it says, as plain text; null when it has no text.',
  status:
    'How far it has come: the highest status that the upstream or the status stream has told, or DELETED while it is removed.',
  nativeStatus: 'The upstream’s own word for that status.',
  statusAt: 'When it came to that status.',
  createdAt: 'When it was written.',
  author: 'Who wrote it.',
  clientId:
    'What the client that sent it calls it: the `clientId` of its send, for as long as Pigeon remembers it.',
} as const;

/** What every message is to the joined graph; `channel` is added beside the interface Channel. */
export const Message = builder.interfaceRef<object>('Message').implement({
  description: 'A message of either upstream: sent or received over a channel, a text or an email.',
  interfaces: [builder.nodeInterfaceRef()],
  fields: (t) => ({
    nativeId: t.string({ nullable: false, description: DESCRIPTIONS.nativeId }),
    source: t.field({ type: Source, nullable: false, description: DESCRIPTIONS.source }),
    direction: t.field({ type: MessageDirection, nullable: false, description: DESCRIPTIONS.direction }),
    text: t.string({ description: DESCRIPTIONS.text, extensions: PERSONAL }),
    status: t.field({ type: MessageStatusEnum, nullable: false, description: DESCRIPTIONS.status }),
    nativeStatus: t.string({ description: DESCRIPTIONS.nativeStatus }),
    statusAt: t.field({ type: 'DateTime', description: DESCRIPTIONS.statusAt }),
    createdAt: t.field({ type: 'DateTime', description: DESCRIPTIONS.createdAt }),
    author: t.field({ type: MessageParty, description: DESCRIPTIONS.author }),
    clientId: t.string({ description: DESCRIPTIONS.clientId }),
  }),
});

/** An edge of any list of messages. */
export const MessageEdge = builder.interfaceRef<object>('MessageEdge').implement({
  description: 'A message in a list.',
  fields: (t) => ({
    cursor: t.string({
      nullable: false,
      description: 'Give it as `after` to go on right behind this row.',
    }),
    node: t.field({ type: Message, nullable: false, description: 'The message itself.' }),
  }),
});

/** Any list of messages. */
export const MessageConnection = builder.interfaceRef<object>('MessageConnection').implement({
  description: 'A list of messages of one kind, page by page.',
  fields: (t) => ({
    edges: t.field({
      type: [MessageEdge],
      nullable: false,
      description: 'The rows with their cursors.',
    }),
    nodes: t.field({
      type: [Message],
      nullable: false,
      description: 'The rows without their cursors.',
    }),
    pageInfo: t.field({
      type: builder.pageInfoRef(),
      nullable: false,
      description: 'Where this page ends and whether more follows.',
    }),
  }),
});

/** How one upstream's row tells what every message tells. */
export interface MessageView<Row> {
  readonly typename: string;
  readonly api: Api;
  /** Its key within the type, as in the global id. */
  readonly key: (row: Row) => string;
  readonly nativeId: (row: Row) => string;
  /** Global id of its channel, where it has one. */
  readonly channelId: (row: Row) => string | null;
  readonly direction: (row: Row) => 'INCOMING' | 'OUTGOING';
  readonly text: (row: Row) => string | null | undefined;
  /** How far it has come, whether or not it is removed. */
  readonly status: (row: Row) => MessageStatus;
  /** Whether it is removed for now, where that can be taken back; undefined where the row does not tell. */
  readonly removed?: (row: Row) => boolean | undefined;
  readonly nativeStatus: (row: Row) => string | null | undefined;
  /** When its status last changed, by the upstream's clock; undefined where the row does not tell. */
  readonly statusAt: (row: Row) => Date | undefined;
  /** When it was written, by the upstream's clock; undefined where the row does not tell. */
  readonly createdAt: (row: Row) => Date | undefined;
  readonly author: (row: Row) => Party | null;
  /**
   * Who is at the other end, as far as the row itself tells it: keys of the upstream's own kind of person, the one that
   * it is with first. Empty where the row does not tell.
   */
  readonly people: (row: Row) => readonly string[];
}

/** Names that messages do not tell of their authors. */
const authorNames = new WeakMap<object, string>();

/** Gives a message the name of its author, for where it does not tell one. */
export const nameAuthor = (row: object, name: string): void => {
  authorNames.set(row, name);
};

const views = new Map<unknown, MessageView<never>>();

/** How a row of any type of message tells what every message tells; undefined when it is no message. */
export const viewOf = (row: object): MessageView<object> | undefined =>
  // A view is kept under the brand of its own rows.
  views.get(getTypeBrand(row)) as MessageView<object> | undefined;

/** The fields that a type owes to the interface Message, but for `id` and `channel`. */
export const messageFields = <Row extends object>(
  t: ObjectFieldBuilder<BuilderTypes, Row>,
  view: MessageView<Row>,
) => {
  views.set(view.typename, view);
  return fieldsOf(t, view);
};

/** The status that a message shows, with what belongs to it. */
interface Shown {
  readonly status: MessageStatus;
  readonly nativeStatus: string | null;
  readonly at: Date | undefined;
}

/**
 * The status that a message shows: how far it has come by its row and by what else is known of it, or DELETED while it
 * is removed. Its removal is what was said of it last.
 */
export const shownStatus = <Row>(view: MessageView<Row>, row: Row, known?: Standing): Shown => {
  const at = view.statusAt(row);
  const removed = view.removed?.(row);
  const isLater = known && known.removedAt > (at?.getTime() ?? 0);
  if (isLater ? known.removed : (removed ?? known?.removed)) {
    const since = removed && !isLater ? at : new Date(known?.removedAt ?? 0);
    return { status: 'DELETED', nativeStatus: view.nativeStatus(row) ?? null, at: since };
  }
  const status = view.status(row);
  return known && rank(known.status) > rank(status)
    ? { status: known.status, nativeStatus: known.nativeStatus, at: new Date(known.occurredAt) }
    : { status, nativeStatus: view.nativeStatus(row) ?? null, at };
};

/** What a view tells of a row, where a value of it is of another type than documented. */
const orElse =
  <Row, T>(tell: (row: Row) => T, otherwise: () => T) =>
  (row: Row): T => {
    try {
      return tell(row);
    } catch (error) {
      // A view only reads its row, so nothing else can be of a wrong type.
      if (error instanceof TypeError) return otherwise();
      throw error;
    }
  };

const fieldsOf = <Row extends object>(t: ObjectFieldBuilder<BuilderTypes, Row>, given: MessageView<Row>) => {
  const invalid = (name: string) => (): never => {
    throw new InvalidValueError(given.api, name);
  };
  return viewFields(t, {
    ...given,
    // Neither can be null, and one wrong word must not cost a whole list.
    direction: orElse(given.direction, () => 'OUTGOING'),
    status: orElse(given.status, () => 'UNKNOWN'),
    text: orElse(given.text, invalid('text')),
    nativeStatus: orElse(given.nativeStatus, invalid('nativeStatus')),
    author: orElse(given.author, invalid('author')),
  });
};

const viewFields = <Row extends object>(
  t: ObjectFieldBuilder<BuilderTypes, Row>,
  view: MessageView<Row>,
) => ({
  nativeId: t.string({ nullable: false, description: DESCRIPTIONS.nativeId, resolve: view.nativeId }),
  source: t.field({
    type: Source,
    nullable: false,
    description: DESCRIPTIONS.source,
    resolve: () => view.api,
  }),
  direction: t.field({
    type: MessageDirection,
    nullable: false,
    description: DESCRIPTIONS.direction,
    resolve: view.direction,
  }),
  text: t.string({ description: DESCRIPTIONS.text, resolve: view.text }),
  status: t.field({
    type: MessageStatusEnum,
    nullable: false,
    description: DESCRIPTIONS.status,
    resolve: (row, _args, context) => told(shown(context, view, row), ({ status }) => status),
  }),
  nativeStatus: t.string({
    description: DESCRIPTIONS.nativeStatus,
    resolve: (row, _args, context) => told(shown(context, view, row), ({ nativeStatus }) => nativeStatus),
  }),
  statusAt: t.field({
    type: 'DateTime',
    description: DESCRIPTIONS.statusAt,
    resolve: (row, _args, context) =>
      told(shown(context, view, row), ({ at }) => at ?? warnOfTime(context, DESCRIPTIONS.statusAt)),
  }),
  createdAt: t.field({
    type: 'DateTime',
    description: DESCRIPTIONS.createdAt,
    resolve: (row, _args, context) => view.createdAt(row) ?? warnOfTime(context, DESCRIPTIONS.createdAt),
  }),
  author: t.field({
    type: MessageParty,
    description: DESCRIPTIONS.author,
    resolve: (row) => {
      const party = view.author(row);
      return party && { ...party, name: party.name ?? authorNames.get(row) ?? null };
    },
  }),
  clientId: t.string({
    description: DESCRIPTIONS.clientId,
    resolve: (row, _args, context) => clientIdOf(context, globalId(view.typename, view.key(row))),
  }),
});

/** A message tells both of its times, so one that is missing could not be read. */
const warnOfTime = ({ services }: Context, description: string): undefined =>
  services.warn('an upstream’s time is missing or cannot be read', { description }) as undefined;

/** What is told of a status, at once where it is known. */
const told = <T>(status: Shown | Promise<Shown>, tell: (status: Shown) => T): T | Promise<T> =>
  status instanceof Promise ? status.then(tell) : tell(status);

/** What the status stream knows, one look-up for all messages that are asked about at once. */
const seen = createContextCache((context: Context) => {
  const of = (api: Api) =>
    new DataLoader<string, Standing | undefined>(async (ids) => {
      const standings = await context.services.changes.seen(ids, audienceOf(context, api));
      return ids.map((id) => standings.get(id));
    });
  return { bird: of('bird'), courier: of('courier') };
});

/** The messages of lists that are answered. */
interface Listed {
  /** Of which nothing has been asked yet. */
  unasked: (readonly { readonly node: unknown }[])[];
  /** What the status stream knows of all others. */
  readonly known: Map<object, Standing | undefined>;
}

const listed = createContextCache((): Listed => ({ unasked: [], known: new Map() }));

/** Says that the messages of a connection are answered together, so that what is asked of one is learned of all. */
export const answeredTogether = <Answered extends { readonly edges: readonly { readonly node: unknown }[] }>(
  context: Context,
  connection: Answered,
): Answered => {
  listed(context).unasked.push(connection.edges);
  return connection;
};

/** Learns what the status stream knows of all messages that are answered, where it can tell that at once. */
const learn = (context: Context): void => {
  const lists = listed(context);
  const { changes } = context.services;
  const ids = { bird: new Map<object, string>(), courier: new Map<object, string>() };
  for (const edges of lists.unasked) {
    for (const { node } of edges) {
      const view = typeof node === 'object' && node !== null ? viewOf(node) : undefined;
      if (view) ids[view.api].set(node as object, globalId(view.typename, view.key(node as object)));
    }
  }
  lists.unasked = [];
  for (const api of ['bird', 'courier'] as const) {
    const found = ids[api].size > 0 && changes.seenNow?.([...ids[api].values()], audienceOf(context, api));
    if (found) for (const [row, id] of ids[api]) lists.known.set(row, found.get(id));
  }
};

/** What clients call messages, one look-up for all messages of a page. */
const labels = createContextCache(
  ({ services }: Context) =>
    new DataLoader<string, string | null>(async (ids) => {
      const known = await services.sendStore.labels(ids);
      return ids.map((id) => known.get(id) ?? null);
    }),
);

/** What the client that sent a message calls it; null where nobody calls it anything, or that cannot be read. */
export const clientIdOf = (context: Context, messageId: string): Promise<string | null> =>
  labels(context)
    .load(messageId)
    .catch((error) => {
      context.services.warn('what clients call messages cannot be read', { error: String(error) });
      return null;
    });

/** The status that a message shows to who asks. */
const shown = <Row extends object>(
  context: Context,
  view: MessageView<Row>,
  row: Row,
): Shown | Promise<Shown> => {
  const { unasked, known: told } = listed(context);
  if (unasked.length > 0) learn(context);
  if (told.has(row)) return shownStatus(view, row, told.get(row));
  return seen(context)
    [view.api].load(globalId(view.typename, view.key(row)))
    .then((known) => shownStatus(view, row, known));
};

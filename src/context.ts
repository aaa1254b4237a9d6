import type { SendRules } from './config/config.ts';
import type {
  Changes,
  Directory,
  Outbox,
  RowCache,
  Sending,
  SendStore,
  Sink,
  StreamEvent,
  TextCallbacks,
} from './ports.ts';
import type { OptOuts } from './sending/opt-outs.ts';
import { ANONYMOUS } from './upstream/auth.ts';
import type { Answer, Credential, Gate, Observer, Operation, QueryValue, Send } from './upstream/send.ts';
import { Trace } from './upstream/trace.ts';

/** The two upstreams, as `@rest(api:)` and the scopes name them. */
export type Api = 'bird' | 'courier';

/** What a caller may do at one upstream. */
export type Right = 'read' | 'write' | 'credentials';

/** One upstream as an operation reaches it. */
export interface Upstream {
  readonly send: Send;
  readonly credential: Credential;
}

/** Who asks. */
export interface Caller {
  /** Tells callers apart: shared executions, limits and remembered sends are keyed by it. */
  readonly key: string;
  /** Whom the issuer says the caller is (`sub`), for records of what they did. */
  readonly subject?: string | undefined;
  /** False when nobody proves who they are, so that callers cannot be told apart. */
  readonly known: boolean;
  readonly may: (api: Api, right: Right) => boolean;
  /** True when the caller may also change how Pigeon itself is wired to the upstreams. */
  readonly admin: boolean;
  /** When the caller's credential ends, in milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  /** The Bird workspaces that the caller is bound to; undefined for one who is not. */
  readonly workspaces?: ReadonlySet<string> | undefined;
  /** The organizations of courier that the caller is bound to; undefined for one who is not. */
  readonly organizations?: ReadonlySet<string> | undefined;
  /** What one operation of theirs may use, where that is not what everybody's may. */
  readonly budget?: Partial<Budget> | undefined;
}

/** What one operation may use. */
export interface Budget {
  /** Calls to both upstreams together. */
  readonly calls: number;
  /** Objects in its answer, each as often as it stands there. */
  readonly objects: number;
  /** Bytes that it reads from upstreams, and as many again that it answers. */
  readonly bytes: number;
}

/** What an operation has used so far. */
export interface Spent {
  calls: number;
  /** How many of the calls read objects by key. */
  loads: number;
  /** How many calls are kept back for what does not read by key: what it surely makes, known before it runs. */
  reserved: number;
  objects: number;
  /** Bytes of upstreams' answers. */
  read: number;
  /** Bytes of text in its own answer. */
  written: number;
}

/** What one call needs beside its operation. */
export interface Request {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The whole address, where the upstream itself has named one. No credential of ours goes there. */
  readonly address?: string;
  /** The path in the field's arguments of a field that the upstream refused, such as `input.text`. */
  readonly inputPath?: (field: string) => string | undefined;
  /** What the message that is sent can be found by should its answer be lost: ids and hashes alone. */
  readonly clue?: object | undefined;
  /** How many objects it asks for by key at once; 1 where it says nothing. */
  readonly batch?: number;
}

/** The caller lacks a right. */
export class ForbiddenError extends Error {
  readonly scope: string;

  constructor(...parts: readonly [Api, Right] | readonly ['admin']) {
    const scope = parts.join(':');
    super(`the scope ${scope} is needed`);
    this.name = 'ForbiddenError';
    this.scope = scope;
  }
}

/** The caller is bound to workspaces or organizations, and this is none of them. */
export class OutOfBoundsError extends Error {
  override readonly name = 'OutOfBoundsError';
}

/** The upstream takes the caller's own credential, and there is none. */
export class UnauthenticatedError extends Error {
  override readonly name = 'UnauthenticatedError';
}

/** The upstream is not configured. */
export class NotConfiguredError extends Error {
  override readonly name = 'NotConfiguredError';

  constructor(api: Api) {
    super(`${api} is not configured`);
  }
}

/** One operation needs more than it may use. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError';
  /** What it would cost, where that is known before it runs. */
  readonly price: Readonly<Record<string, unknown>> | undefined;

  constructor(message: string, price?: Readonly<Record<string, unknown>>) {
    super(message);
    this.price = price;
  }
}

/** The time of the operation is over. What it has is answered without the rest. */
export class OutOfTimeError extends Error {
  override readonly name = 'OutOfTimeError';

  constructor() {
    super('the operation took longer than it may');
  }
}

/** What every operation of one running gateway shares. */
export interface Services {
  readonly bird: (Omit<Upstream, 'credential'> & { credential: Credential; workspaceId: string }) | undefined;
  readonly courier: Upstream | undefined;
  /** Where Bird's webhooks reach Pigeon, and the key that signs them; none when Bird is not configured. */
  readonly birdWebhooks: { readonly url: string; readonly signingKey: string | undefined } | undefined;
  /** True when courier is called by the caller's own credential and by no other. */
  readonly courierForwards: boolean;
  readonly changes: Changes;
  /** Opens what subscriptions are told; left out in a gateway without its status stream. */
  readonly openEvents?: OpenEvents | undefined;
  /** What was sent under an idempotency key. */
  readonly outbox: Outbox;
  /** What people want, how often they were written to, and what waits to be sent. */
  readonly sendStore: SendStore;
  /** Who wants no more messages. */
  readonly optOuts: OptOuts;
  /** What holds for every message to a person, whoever sends it. */
  readonly sendRules: SendRules;
  /** Where courier posts the statuses of texts; left out where it cannot. */
  readonly callbacks?: TextCallbacks | undefined;
  /** Answers that may be used again for a while, by credential, type and key; none when that is off. */
  readonly cache: RowCache | undefined;
  /** The directory of courier's users; none when courier is not configured or has no credential of Pigeon's own. */
  readonly directory: Directory | undefined;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly deadlineMs: number;
  readonly budgetCalls: number;
  readonly budgetObjects: number;
  readonly budgetBytes: number;
  /** Country of phone numbers that are written without one, as ISO 3166 names it. */
  readonly defaultRegion: string | undefined;
}

/** The arguments of a subscription to what happens to messages. */
export interface EventsArgs {
  readonly messages?: readonly string[] | null | undefined;
  readonly channels?: readonly string[] | null | undefined;
  readonly persons?: readonly string[] | null | undefined;
  readonly contacts?: readonly string[] | null | undefined;
  readonly individuals?: readonly string[] | null | undefined;
  readonly conversations?: readonly string[] | null | undefined;
  readonly after?: string | null | undefined;
}

/**
 * Opens a subscription: which entries are wanted, raised statuses or new messages, and of what. Its faults are the
 * subscription's.
 */
export type OpenEvents = (
  context: Context,
  kind: 'raised' | 'added',
  args: EventsArgs,
) => Promise<AsyncIterable<StreamEvent>>;

/** What one operation carries. Loaders hang on the object itself, so a new context has fresh ones. */
export interface Context {
  readonly services: Services;
  readonly caller: Caller;
  /** The caller's own credential for courier, where credentials are forwarded. */
  readonly courierCredential: Credential | undefined;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal | undefined;
  /** The cursor with which an event stream comes back. */
  readonly lastEventId: string | undefined;
  /** Where the transport takes what many are told at once; without one they come by the subscription's iterator. */
  readonly sink: Sink | undefined;
  /** When the operation began, in `performance.now()` milliseconds. */
  readonly began: number;
  /** By when the operation must have answered, in `performance.now()` milliseconds. */
  readonly deadline: number;
  readonly budget: Budget;
  readonly spent: Spent;
  /** Where calls are written down for a client that wants to know; undefined for all others. */
  readonly trace: Trace | undefined;
  /** True where objects are read by key: such calls leave others what those surely need. */
  readonly byKey?: boolean | undefined;
  /** The send with an idempotency key that is being made. */
  readonly sending?: Sending | undefined;
  /** Says right before something is sent to people whether it may be. */
  readonly gate?: Gate | undefined;
  /** What the client calls the message that is being sent. */
  readonly clientId?: string | undefined;
}

/** Starts one operation, or one event of a subscription: its deadline and its budget begin now. */
export const createContext = (
  services: Services,
  who: Pick<Context, 'caller' | 'courierCredential'>,
  {
    signal,
    lastEventId,
    sink,
    explain = false,
  }: Partial<Pick<Context, 'signal' | 'lastEventId' | 'sink'>> & { readonly explain?: boolean } = {},
): Context => ({
  began: performance.now(),
  services,
  caller: who.caller,
  courierCredential: who.courierCredential,
  signal,
  lastEventId,
  sink,
  deadline: performance.now() + services.deadlineMs,
  budget: {
    calls: services.budgetCalls,
    objects: services.budgetObjects,
    bytes: services.budgetBytes,
    ...who.caller.budget,
  },
  spent: { calls: 0, loads: 0, reserved: 0, objects: 0, read: 0, written: 0 },
  trace: explain ? new Trace() : undefined,
});

/**
 * Refuses what the caller's scopes do not cover.
 *
 * @throws {ForbiddenError}
 */
export const requireRight = ({ caller }: Context, api: Api, right: Right): void => {
  if (!caller.may(api, right)) throw new ForbiddenError(api, right);
};

/**
 * Refuses who is no administrator.
 *
 * @throws {ForbiddenError}
 */
export const requireAdmin = ({ caller }: Context): void => {
  if (!caller.admin) throw new ForbiddenError('admin');
};

/**
 * Refuses a call outside the Bird workspaces that the caller is bound to.
 *
 * @throws {OutOfBoundsError} the call is for another workspace, or for none
 */
export const requireWorkspace = ({ caller }: Context, workspaceId: string | undefined): void => {
  if (caller.workspaces && !caller.workspaces.has(workspaceId?.toLowerCase() ?? ''))
    throw new OutOfBoundsError('the token is bound to other workspaces of Bird');
};

/** By which credential the operation reaches an upstream; undefined where there is none. */
export const credentialOf = ({ services, courierCredential }: Context, api: Api): Credential | undefined =>
  api === 'courier' && services.courierForwards ? courierCredential : services[api]?.credential;

/** Whose eyes a change that the operation made or read is for. */
export const audienceOf = (context: Context, api: Api): string => {
  const credential = credentialOf(context, api);
  return credential?.forwarded ? credential.key : 'service';
};

/**
 * How the operation reaches an upstream.
 *
 * @throws {ForbiddenError} the scope is missing
 * @throws {NotConfiguredError} there is no such upstream
 * @throws {UnauthenticatedError} the upstream takes the caller's own credential and there is none
 */
export const authorize = (context: Context, api: Api, right: Right): Upstream => {
  requireRight(context, api, right);
  const upstream = context.services[api];
  if (!upstream) throw new NotConfiguredError(api);
  const credential = credentialOf(context, api);
  if (!credential) throw new UnauthenticatedError(`${api} needs the caller’s own authorization`);
  return { send: upstream.send, credential };
};

/**
 * Makes one upstream call for the operation, under the caller's rights, inside its deadline and budget.
 *
 * @throws what `authorize` throws
 * @throws {BudgetError} the operation has made too many calls
 * @throws {UpstreamError} everything that is not a good answer
 */
export const callUpstream = async (
  context: Context,
  operation: Operation & { api: Api },
  request: Request = {},
): Promise<Answer> => {
  const { signal, deadline, spent, trace, sending, gate } = context;
  const { clue, batch = 1, ...rest } = request;
  const { send, credential } = authorize(context, operation.api, operation.safe ? 'read' : 'write');
  if (operation.api === 'bird') requireWorkspace(context, request.params?.workspaceId);
  takeCall(context);
  if (operation.send && sending) {
    const { api, method, path } = operation;
    await sending.begin(`${api} ${method} ${path}`, clue, audienceOf(context, api));
  }
  const { anonymous = false } = operation;
  const traced = trace?.begin(operation, batch);
  const observer: Observer = {
    joined: () => traced?.joined(),
    received: (bytes) => {
      spent.read += bytes;
      traced?.received(bytes);
    },
  };
  try {
    const answer = await send({
      operation,
      credential: anonymous ? ANONYMOUS : credential,
      signal,
      deadline,
      observer,
      ...rest,
      ...(operation.send && { gate }),
    });
    traced?.end(answer.status);
    return answer;
  } catch (error) {
    traced?.end((error as { readonly status?: number } | undefined)?.status);
    throw error;
  }
};

/**
 * Counts one call. Reads by key get what is left when everything else that the operation surely does has been done,
 * so that rows that name too many objects cost those objects alone.
 *
 * @throws {BudgetError}
 */
const takeCall = ({ spent, budget, byKey = false }: Context): void => {
  const keptBack = byKey ? Math.max(0, spent.reserved - (spent.calls - spent.loads)) : 0;
  if (spent.calls + keptBack >= budget.calls) {
    throw new BudgetError(`the operation needs more than ${budget.calls} upstream calls`);
  }
  if (spent.read > budget.bytes) {
    throw new BudgetError(`the operation reads more than ${budget.bytes} bytes`);
  }
  spent.calls++;
  if (byKey) spent.loads++;
};

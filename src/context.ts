import type {
  Changes,
  Directory,
  Outbox,
  RowCache,
  Sending,
  Sink,
  StreamEvent,
  TextCallbacks,
} from './ports.ts';
import { ANONYMOUS } from './upstream/auth.ts';
import type { Answer, Credential, Operation, QueryValue, Send } from './upstream/send.ts';

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

/** One operation has made as many upstream calls as it may. */
export class BudgetError extends Error {
  override readonly name = 'BudgetError';
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
  /** Where courier posts the statuses of texts; left out where it cannot. */
  readonly callbacks?: TextCallbacks | undefined;
  /** Answers that may be used again for a while, by credential, type and key; none when that is off. */
  readonly cache: RowCache | undefined;
  /** The directory of courier's users; none when courier is not configured or has no credential of Pigeon's own. */
  readonly directory: Directory | undefined;
  readonly warn: (message: string, details: Record<string, unknown>) => void;
  readonly deadlineMs: number;
  readonly budgetCalls: number;
  /** Country of phone numbers that are written without one, as ISO 3166 names it. */
  readonly defaultRegion: string | undefined;
}

/** The arguments of a subscription to what happens to messages. */
export interface EventsArgs {
  readonly messages?: readonly string[] | null | undefined;
  readonly channels?: readonly string[] | null | undefined;
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
  /** How many upstream calls the operation has made. */
  readonly spent: { calls: number };
  /** The send with an idempotency key that is being made. */
  readonly sending?: Sending | undefined;
}

/** Starts one operation, or one event of a subscription: its deadline and its budget begin now. */
export const createContext = (
  services: Services,
  who: Pick<Context, 'caller' | 'courierCredential'>,
  { signal, lastEventId, sink }: Partial<Pick<Context, 'signal' | 'lastEventId' | 'sink'>> = {},
): Context => ({
  began: performance.now(),
  services,
  caller: who.caller,
  courierCredential: who.courierCredential,
  signal,
  lastEventId,
  sink,
  deadline: performance.now() + services.deadlineMs,
  spent: { calls: 0 },
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
  const { services, signal, deadline, spent, sending } = context;
  const { clue, ...rest } = request;
  const { send, credential } = authorize(context, operation.api, operation.safe ? 'read' : 'write');
  if (operation.api === 'bird') requireWorkspace(context, request.params?.workspaceId);
  if (++spent.calls > services.budgetCalls) {
    throw new BudgetError(`the operation needs more than ${services.budgetCalls} upstream calls`);
  }
  if (operation.send && sending) {
    const { api, method, path } = operation;
    await sending.begin(`${api} ${method} ${path}`, clue, audienceOf(context, api));
  }
  const { anonymous = false } = operation;
  return send({
    operation,
    credential: anonymous ? ANONYMOUS : credential,
    signal,
    deadline,
    ...rest,
  });
};

import { readVariables } from './environment.ts';
import { readPersistedDocuments } from './persisted-documents.ts';
import { faultsOfAll, type Variables, variables } from './variables.ts';

/** Bird as configured. */
export interface BirdConfig {
  readonly url: string;
  readonly accessKey: string;
  readonly workspaceId: string;
  readonly organizationId: string | undefined;
  /** Any of them may have signed a webhook, so that keys can be rotated. */
  readonly signingKeys: readonly string[];
  /** Requests a second and workspace; 0 = no limit of ours. */
  readonly getRps: number;
  readonly postRps: number;
}

/** courier as configured. */
export interface CourierConfig {
  readonly url: string;
  /** The whole `Authorization` header of Pigeon's own account; none where only callers' own are used. */
  readonly authorization: string | undefined;
  /** In its place: where Pigeon logs in for tokens, and as whom. */
  readonly login?: LoginConfig | undefined;
  /** True when callers are served by their own credential alone. */
  readonly forwards: boolean;
}

/** An account that Pigeon logs in to. */
export interface LoginConfig {
  /** The whole address of the login. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** Where and how operations are traced. */
export interface TracingConfig {
  /** The collector's base URL; spans are posted to `/v1/traces` below it. */
  readonly url: string;
  readonly serviceName: string;
  /** The part of all traces that is kept, from 0 to 1, where the client has not decided. */
  readonly ratio: number;
}

/** How callers prove who they are. */
export type AuthConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'jwt';
      readonly keys: { readonly jwksUrl: string } | { readonly secret: string };
      readonly issuer: string;
      readonly audience: string;
    };

/** A span of the day, in minutes since midnight; it may reach over midnight. The end does not belong to it. */
export interface DayHours {
  readonly from: number;
  readonly to: number;
}

/** What holds for every message to a person, whoever sends it. */
export interface SendRules {
  /** When nobody is written to, by each person's own clock; undefined = there is no such time. */
  readonly quietHours: DayHours | undefined;
  /** How many messages a person gets in how many milliseconds; undefined = any number. */
  readonly cap: { readonly count: number; readonly windowMs: number } | undefined;
  /** What becomes of a message that comes too early: it is refused, or sent when it may be. */
  readonly otherwise: 'refuse' | 'schedule';
  /** Where somebody is taken to live of whom that is not known: a name of the IANA time zone database. */
  readonly timeZone: string;
  /** Native ids of the lists of Bird on which those are who want no messages. */
  readonly optOutLists: readonly string[];
}

/** All that the environment says. Times are in milliseconds. */
export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** What the outside calls Pigeon; undefined = the address it listens on. */
  readonly publicUrl: string | undefined;
  /** Further addresses that the outside has for it: they are let in as that one is. */
  readonly otherPublicUrls: readonly string[];
  readonly bird: BirdConfig | undefined;
  readonly courier: CourierConfig | undefined;
  /** True when Pigeon starts both upstreams itself. */
  readonly sandbox: boolean;
  readonly auth: AuthConfig;
  readonly corsOrigins: readonly string[];
  /** True when pages of this machine may read and write, on whatever port they are served. */
  readonly corsLoopback: boolean;
  /** The port of `/metrics` alone, 0 = any free one; undefined = it is served beside everything else. */
  readonly metricsPort: number | undefined;
  /** Where operations are traced to, by OpenTelemetry's protocol over HTTP; undefined = nowhere. */
  readonly tracing: TracingConfig | undefined;
  readonly dataDir: string;
  /** The Redis that many nodes share; undefined = one node, which keeps its state in `dataDir`. */
  readonly redisUrl: string | undefined;
  readonly defaultRegion: string | undefined;
  readonly directoryIntervalMs: number;
  readonly directoryMaxAgeMs: number;
  /** For how long, and for how many sends, idempotency keys are kept. */
  readonly outbox: { readonly ageMs: number; readonly rows: number };
  readonly sendRules: SendRules;
  readonly freshMs: number;
  /** False where every operation makes each of its calls itself, and nothing that was read is used again. */
  readonly sharing: boolean;
  /** How many processes answer behind the port. */
  readonly workers: number;
  readonly deadlineMs: number;
  /** How long everything goes on after readiness has ended, before no more connections are accepted. */
  readonly drainDelayMs: number;
  readonly budgetCalls: number;
  readonly budgetObjects: number;
  readonly budgetBytes: number;
  /** How large a document may be. */
  readonly limits: { readonly depth: number; readonly aliases: number; readonly tokens: number };
  /** Operations a second that one caller may begin; 0 = no limit. */
  readonly callerRps: number;
  /** Documents that clients send by their ids, and whether no other text is run. */
  readonly persisted: {
    readonly documents: ReadonlyMap<string, string> | undefined;
    readonly only: boolean;
  };
  /** True when every operation that asks for personal fields is recorded in the log. */
  readonly audit: boolean;
  /** False when clients may not read the schema. */
  readonly introspection: boolean;
  /** False when there are no pages on which queries are written. */
  readonly graphiql: boolean;
  /** Whether agents are served, and whether they are given mutations too. */
  readonly mcp: Variables['MCP'];
  readonly logLevel: Variables['LOG_LEVEL'];
}

/** Where courier's vendor has the login, from the root of its address. */
const LOGIN_PATH = '/identity/v1/login/';

/** The environment cannot be what it is. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** Every fault, each beginning with the name of its variable. */
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/**
 * Reads the whole configuration, and the files that it names. An empty variable counts as absent.
 *
 * @throws {ConfigError} with every fault, by the variable's name; values are not quoted
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const { values, given, faults: unread, asWritten } = readVariables(environment);
  const parsed = variables.safeParse(values);
  const unfit = parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
  const { documents, faults: unlisted } = readPersistedDocuments(values.PERSISTED_DOCUMENTS);
  const faults = [...unread, ...[...unfit, ...faultsOfAll(given)].map(asWritten), ...unlisted];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return shape(parsed.data, documents);
};

/** What stands in a configuration for upstreams that Pigeon plays itself. */
export const upstreamsOf = (played: {
  bird: Pick<BirdConfig, 'url' | 'accessKey' | 'workspaceId' | 'organizationId'> & { signingKey: string };
  courier: { url: string; login: LoginConfig };
}): Pick<Config, 'bird' | 'courier'> => {
  const { url, accessKey, workspaceId, organizationId, signingKey } = played.bird;
  const { BIRD_GET_RPS: getRps, BIRD_POST_RPS: postRps } = variables.parse({});
  return {
    bird: { url, accessKey, workspaceId, organizationId, signingKeys: [signingKey], getRps, postRps },
    courier: {
      url: played.courier.url,
      authorization: undefined,
      login: played.courier.login,
      forwards: false,
    },
  };
};

const shape = (v: Variables, documents: ReadonlyMap<string, string> | undefined): Config => {
  const bird: BirdConfig | undefined =
    v.BIRD_ACCESS_KEY !== undefined && v.BIRD_WORKSPACE_ID !== undefined
      ? {
          url: v.BIRD_API_URL,
          accessKey: v.BIRD_ACCESS_KEY,
          workspaceId: v.BIRD_WORKSPACE_ID,
          organizationId: v.BIRD_ORGANIZATION_ID,
          signingKeys: v.BIRD_WEBHOOK_SIGNING_KEY,
          getRps: v.BIRD_GET_RPS,
          postRps: v.BIRD_POST_RPS,
        }
      : undefined;
  const login: LoginConfig | undefined =
    v.COURIER_API_URL && v.COURIER_USERNAME !== undefined && v.COURIER_PASSWORD !== undefined
      ? {
          url: v.COURIER_LOGIN_URL ?? new URL(v.COURIER_API_URL).origin + LOGIN_PATH,
          username: v.COURIER_USERNAME,
          password: v.COURIER_PASSWORD,
        }
      : undefined;
  const courier: CourierConfig | undefined = v.COURIER_API_URL
    ? {
        url: v.COURIER_API_URL,
        authorization: v.COURIER_AUTHORIZATION ?? (v.COURIER_TOKEN && `Bearer ${v.COURIER_TOKEN}`),
        login,
        forwards: v.COURIER_FORWARD_AUTHORIZATION === 'true',
      }
    : undefined;
  const [publicUrl, ...otherPublicUrls] = v.PUBLIC_URL ?? [];
  const sandbox = v.SANDBOX === 'on' || (v.SANDBOX === 'auto' && !bird && !courier);
  return {
    host: v.HOST,
    port: v.PORT,
    publicUrl,
    otherPublicUrls,
    bird,
    courier,
    sandbox,
    auth:
      v.AUTH === 'jwt'
        ? {
            kind: 'jwt',
            keys: v.AUTH_JWKS_URL ? { jwksUrl: v.AUTH_JWKS_URL } : { secret: v.AUTH_JWT_SECRET ?? '' },
            issuer: v.AUTH_ISSUER ?? '',
            audience: v.AUTH_AUDIENCE ?? '',
          }
        : { kind: 'none' },
    corsOrigins: v.CORS_ORIGINS,
    corsLoopback: v.CORS_LOOPBACK === 'on' || (v.CORS_LOOPBACK === 'auto' && sandbox),
    metricsPort: v.METRICS_PORT,
    tracing: v.OTEL_EXPORTER_OTLP_ENDPOINT
      ? {
          url: v.OTEL_EXPORTER_OTLP_ENDPOINT.replace(/\/+$/, ''),
          serviceName: v.OTEL_SERVICE_NAME,
          ratio: v.OTEL_TRACES_SAMPLER_ARG,
        }
      : undefined,
    dataDir: v.DATA_DIR,
    redisUrl: v.REDIS_URL,
    defaultRegion: v.DEFAULT_REGION,
    directoryIntervalMs: v.DIRECTORY_INTERVAL,
    directoryMaxAgeMs: v.DIRECTORY_MAX_AGE,
    outbox: { ageMs: v.OUTBOX_MAX_AGE, rows: v.OUTBOX_MAX_ROWS },
    sendRules: {
      quietHours: v.SEND_QUIET_HOURS,
      cap: v.SEND_CAP,
      otherwise: v.SEND_TOO_EARLY,
      timeZone: v.SEND_TIME_ZONE,
      optOutLists: v.SEND_OPT_OUT_LISTS,
    },
    freshMs: v.FRESH_MS,
    sharing: v.SHARING === 'on',
    workers: v.WORKERS,
    deadlineMs: v.DEADLINE_MS,
    drainDelayMs: v.DRAIN_DELAY_MS,
    budgetCalls: v.BUDGET_CALLS,
    budgetObjects: v.BUDGET_OBJECTS,
    budgetBytes: v.BUDGET_BYTES,
    limits: { depth: v.MAX_DEPTH, aliases: v.MAX_ALIASES, tokens: v.MAX_TOKENS },
    callerRps: v.CALLER_RPS,
    persisted: { documents, only: v.PERSISTED_QUERY_ONLY === 'true' },
    audit: v.AUDIT === 'on',
    introspection: v.INTROSPECTION === 'on',
    graphiql: v.GRAPHIQL === 'on',
    mcp: v.MCP,
    logLevel: v.LOG_LEVEL,
  };
};

/** One documented REST operation: a method on a path template such as `/v1/texts/{id}/`. */
export interface Operation {
  /** Which upstream, in lower case, as `@rest(api:)` prints it. */
  readonly api: string;
  readonly method: string;
  /** The whole path from the root, with its braces. Logs, metrics and errors name this, never the filled path. */
  readonly path: string;
  /** True when repeating the call changes nothing: it may be retried, and its answer shared. */
  readonly safe: boolean;
  /** True when it sends something to people: whatever leaves its outcome open is then said to. */
  readonly send?: boolean;
  /** The media type of its answer, where that is not JSON: a type, or one with `*` behind its `/`. */
  readonly media?: string;
  /** True when it takes no credential: none is sent. */
  readonly anonymous?: boolean;
  /** True when a redirect is an answer: it is not followed, but told as `{ location }`. */
  readonly redirects?: boolean;
  /** True when no answer is documented: whatever comes with a good status is taken, and read only where it is JSON. */
  readonly unanswered?: boolean;
  /** The vendor’s hosts, where the operation has one of its own; who plays the vendor elsewhere has one for all. */
  readonly host?: { readonly usual: string; readonly own: string };
}

/** An answer that is not JSON. */
export interface Media {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** A query parameter's value; arrays become repeated parameters, `undefined` and `null` are left out. */
export type QueryValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly (string | number | boolean)[];

/** By whose right a call is made. */
export interface Credential {
  /** The whole value of the `Authorization` header; empty to send none. */
  readonly header: string;
  /** Tells credentials apart without holding them: caches and shared calls are keyed by it. */
  readonly key: string;
  /** A secret that stays the same while tokens come and go: what is stored is keyed by it. Empty where there is none. */
  readonly secret: string;
  /** True when it is the caller's own and not Pigeon's: a refusal is then about the caller. */
  readonly forwarded: boolean;
  /** Statuses that are seen to where the credential comes from, and so are no news when they are answered. */
  readonly handled?: readonly number[] | undefined;
}

/** One call to make. */
export interface Call {
  readonly operation: Operation;
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Headers beside those that every call has. They may hold secrets, so nothing logs them. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  /** The whole address, where the upstream itself has named one; the operation’s path is then only a name. */
  readonly address?: string | undefined;
  readonly credential: Credential;
  /** Aborts the call when the client has gone. */
  readonly signal?: AbortSignal | undefined;
  /** The moment, in `performance.now()` milliseconds, by which the answer must be there. */
  readonly deadline: number;
  /** The caller's name for a field that the upstream refused, where it has one. */
  readonly inputPath?: ((field: string) => string | undefined) | undefined;
  readonly observer?: Observer | undefined;
  /** Says right before the request is made, at each attempt, whether it may be. */
  readonly gate?: Gate | undefined;
}

/**
 * Says whether a call may be made. What it resolves with is asked once more when the connection is there, right before
 * the first byte is written. What either throws ends the call, of which nothing has left.
 */
export type Gate = () => Promise<() => void>;

/** Is told how a call is answered. */
export interface Observer {
  /** An identical call was under way and answers this one too. */
  joined(): void;
  /** An answer was read, of so many bytes. A call that joined another reads none. */
  received(bytes: number): void;
}

/** A good answer: 2xx with its JSON, a `Media` where the operation answers with none, or no body at all. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Makes a call; rejects with an `UpstreamError` for everything that is not a good answer. */
export type Send = (call: Call) => Promise<Answer>;

/** Wraps a send in one concern. */
export type Layer = (next: Send) => Send;

/** The send with its layers around it, the first one outermost. */
export const compose = (send: Send, ...layers: readonly Layer[]): Send =>
  layers.reduceRight((next, layer) => layer(next), send);

/**
 * The path and query to ask for. A path value keeps every character RFC 3986 allows in a segment
 * (`@`, `+`, `:` …), because not every upstream decodes what need not be encoded.
 */
export const target = ({ operation, params = {}, query = {} }: Call): string => {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => segment(params[name] ?? ''));
  const search: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) search.push(`${form(name)}=${form(String(one))}`);
    }
  }
  return search.length === 0 ? path : `${path}?${search.join('&')}`;
};

/** A name or a value of a query as `URLSearchParams` writes it, which is slow for the many that stand as they are. */
const form = (text: string): string =>
  /^[\w.*-]*$/.test(text) ? text : new URLSearchParams([['', text]]).toString().slice(1);

const segment = (value: string): string => {
  // Most are ids, which need no encoding.
  if (/^[\w-]+$/.test(value)) return value;
  // An empty or dotted segment would ask for another resource than the one named.
  if (/^\.{0,2}$/.test(value)) throw new TypeError('a path value must not be empty, "." or ".."');
  return encodeURIComponent(value).replace(/%(?:40|2B|3A|2C|24|26|3D|3B)/gi, decodeURIComponent);
};

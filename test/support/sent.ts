import { channel } from 'node:diagnostics_channel';
import { dialect as bird } from '../../src/bird/dialect.ts';
import { dialect as courier } from '../../src/courier/dialect.ts';
import type { Claim } from '../../src/graph/ledger.ts';

/** What undici tells of each request that it makes. */
interface Made {
  readonly request: { readonly method: string; readonly path: string; readonly body: unknown };
}

/** Remembers what this process sends over HTTP from now on. */
export interface Sent extends Disposable {
  /** True when an operation was asked. */
  isAsked(operation: Claim): boolean;
  /** What of an operation’s parameters and of its body, as its contract names them, was in no request. */
  unsent(operation: Claim): string[];
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
}

const requests = channel('undici:request:create');

/** The attributes of a JSON:API body, or a body that has no envelope. */
const withoutEnvelope = (body: unknown): object => {
  const { data } = (body ?? {}) as { data?: { type?: unknown; attributes?: object } };
  return (typeof data?.type === 'string' ? data.attributes : (body as object | undefined)) || {};
};

export const watchSent = (): Sent => {
  const sent: Request[] = [];
  const remember = (made: unknown) => {
    const { method, path, body } = (made as Made).request;
    const text = typeof body === 'string' || body instanceof Uint8Array ? String(body) : '';
    sent.push({ method, url: new URL(path, 'http://upstream'), body: text && JSON.parse(text) });
  };
  requests.subscribe(remember);

  const requestsOf = ({ method, path }: Claim): Request[] => {
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return sent.filter((one) => one.method === method && pattern.test(one.url.pathname));
  };

  return {
    isAsked: (operation) => requestsOf(operation).length > 0,
    unsent: (operation) => {
      const made = requestsOf(operation);
      const dialect = operation.api === 'bird' ? bird : courier;
      const { query = {}, body } = dialect.contract.operation(`${operation.method} ${operation.path}`);
      const params = new Set(made.flatMap(({ url }) => [...url.searchParams.keys()]));
      const fields = new Set(made.flatMap((one) => Object.keys(withoutEnvelope(one.body))));
      const has = (name: string) => [...params].some((key) => key === name || key.startsWith(`${name}[`));
      return [
        // Which page is asked for is the business of connections, and of their tests.
        ...Object.keys(query).filter((name) => !has(name) && !dialect.pageParameters.includes(name)),
        ...Object.keys(dialect.bodyOf(body)?.properties ?? {}).filter((name) => !fields.has(name)),
      ].map((name) => `${operation.method} ${operation.path} ${name}`);
    },
    [Symbol.dispose]: () => {
      requests.unsubscribe(remember);
    },
  };
};

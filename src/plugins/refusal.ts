import type { Plugin } from 'graphql-yoga';
import type { Code } from './error-extensions.ts';

/** Why a request is not answered, before GraphQL has seen it. */
export interface Refusal {
  readonly status: number;
  readonly code: Code;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The GraphQL-shaped body of a refusal, so that every client can read it. */
export const refusalBody = ({ code, message }: Pick<Refusal, 'code' | 'message'>): string =>
  JSON.stringify({ errors: [{ message, extensions: { code } }] });

/**
 * Stands last: nothing but `/graphql` reaches GraphQL (Yoga alone would take any URL that ends so), and what
 * Yoga refuses without a word gets one.
 */
export const useLastWord = (): Plugin => ({
  onRequest: ({ url, endResponse, fetchAPI }) => {
    if (url.pathname === '/graphql') return;
    const body = refusalBody({ code: 'NOT_FOUND', message: 'nothing is served here' });
    endResponse(new fetchAPI.Response(body, { status: 404, headers: { ...JSON_TYPE } }));
  },
  onResponse: ({ response, setResponse, fetchAPI }) => {
    if (response.status !== 406 || response.headers.has('content-type')) return;
    const message = 'an answer is application/graphql-response+json, application/json or text/event-stream';
    const body = refusalBody({ code: 'BAD_USER_INPUT', message });
    setResponse(new fetchAPI.Response(body, { status: 406, headers: { ...JSON_TYPE } }));
  },
});

/** Always copied: Yoga’s `Response` writes the length into the object it is given. */
export const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

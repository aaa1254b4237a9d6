import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  getOperationAST,
} from 'graphql';
import { isAsyncIterable } from 'graphql-yoga';
import type { Caller } from '../context.ts';
import type { Present } from '../plugins/errors.ts';
import type { SentParams } from '../plugins/persisted-documents.ts';
import { answerType, JSON_ANSWER } from './answer-type.ts';
import type { Serialize } from './serialize.ts';
import { SharedAnswers } from './shared-answers.ts';
import type { Engine, OperationContext } from './socket-options.ts';

/** What an operation is sent as. */
interface Params extends SentParams {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

/** Who asks, as far as their answers are theirs alone. */
interface Asking {
  readonly caller: Caller;
  readonly courierCredential: { readonly key: string } | undefined;
  readonly explain?: boolean;
}

export interface PostedOptions<Who extends Asking> {
  /** The engine with all plugins for one operation. */
  readonly envelop: (context: OperationContext<Who>, params: Params) => Engine;
  readonly withDocument: (params: Params) => Params;
  readonly present: Present;
  readonly serialize: Serialize;
  /** Why a caller may begin no more operations, for those whose operation another's execution answers. */
  readonly refusal: ((caller: Caller) => Promise<GraphQLError | undefined>) | undefined;
  /** Counts a query that another's execution answers. */
  readonly joined: () => void;
  /**
   * What changes whenever an answer may no longer be what it was: the number of own writes and of the last event that
   * was told. Undefined where nothing is shared.
   */
  readonly state: (() => string) | undefined;
  readonly deadlineMs: number;
}

/** An answer as it is sent. */
interface Written {
  readonly status: number;
  readonly bytes: Buffer;
}

/** A query or mutation that may be executed. */
interface Prepared {
  readonly engine: Engine;
  readonly document: DocumentNode;
  readonly params: Params;
  readonly isQuery: boolean;
}

/** What part of its deadline an operation may be joined for by the very same one. */
const JOINABLE = 1 / 20;

/**
 * Answers queries and mutations that are posted as JSON, by the same engine and its guards as all transports and in
 * the same bytes as Yoga, but without its way through a Request and a Response, which costs more than executing most
 * queries. The very same query that the same caller asks while it is under way is executed and written once.
 *
 * @returns what tries to answer: false where Yoga is to, as for a subscription and for a body that is not as it should be
 */
export const answerPosted = <Who extends Asking>(options: PostedOptions<Who>) => {
  const { envelop, withDocument, present, serialize, refusal, state, deadlineMs } = options;
  const shared = new SharedAnswers<Written>(deadlineMs * JOINABLE);

  /** What is to be executed, or the answer to what cannot be; undefined where Yoga is to see to it. */
  const prepare = (context: OperationContext<Who>, sent: Params): Prepared | ExecutionResult | undefined => {
    try {
      const params = withDocument(sent);
      if (typeof params.query !== 'string') return undefined;
      const engine = envelop(context, params);
      const document = engine.parse(params.query);
      const errors = engine.validate(engine.schema, document);
      if (errors.length > 0) return { errors };
      const operation = getOperationAST(document, params.operationName)?.operation;
      return operation === 'query' || operation === 'mutation'
        ? { engine, document, params, isQuery: operation === 'query' }
        : undefined;
    } catch (error) {
      return { errors: [present(error)] };
    }
  };

  const execute = async ({ engine, document, params }: Prepared): Promise<ExecutionResult> => {
    try {
      const contextValue = await engine.contextFactory();
      const args = {
        schema: engine.schema,
        document,
        contextValue,
        variableValues: params.variables,
        operationName: params.operationName,
      } as ExecutionArgs;
      const result = await engine.execute(args);
      if (isAsyncIterable(result)) throw new Error('a query has one answer');
      return result as ExecutionResult;
    } catch (error) {
      // What is wrong with an operation before its first field is thrown all together.
      const { errors = [error] } = error as { readonly errors?: readonly unknown[] };
      return { errors: errors.map((one) => present(one)) };
    }
  };

  const write = (result: ExecutionResult, type: string): Written => ({
    status: statusOf(
      result.errors?.map((error) => present(error)),
      type,
    ),
    bytes: serialize(result),
  });

  return (
    request: IncomingMessage,
    response: ServerResponse,
    { who, body }: { readonly who: Who; readonly body: Buffer },
  ): boolean | Promise<boolean> => {
    const type = answerType(request.headers.accept);
    if (type === undefined) return false;
    const text = body.toString();
    const { caller, courierCredential } = who;
    const key =
      state && !who.explain
        ? `${type} ${caller.key} ${courierCredential?.key} ${state()} ${text}`
        : undefined;

    const answer = async ({ answer, leave }: ReturnType<typeof shared.begin>): Promise<boolean> => {
      const gone = () => {
        if (!response.writableFinished) leave();
      };
      response.once('close', gone);
      const { status, bytes } = await answer;
      response.removeListener('close', gone);
      send(response, status, type, bytes);
      return true;
    };

    const running = key === undefined ? undefined : shared.join(key);
    if (running) {
      options.joined();
      if (!refusal) return answer(running);
      return refusal(caller).then((error) => {
        if (!error) return answer(running);
        running.leave();
        const { status, bytes } = write({ errors: [error] }, type);
        send(response, status, type, bytes);
        return true;
      });
    }
    const params = readParams(text);
    if (!params) return false;
    const context: OperationContext<Who> = { who };
    const prepared = prepare(context, params);
    if (!prepared) return false;
    if (!('engine' in prepared)) {
      const { status, bytes } = write(prepared, type);
      send(response, status, type, bytes);
      return true;
    }
    const begun = shared.begin(prepared.isQuery ? key : undefined, async (signal) => {
      context.signal = signal;
      return write(await execute(prepared), type);
    });
    return answer(begun);
  };
};

const send = (response: ServerResponse, status: number, type: string, bytes: Buffer): void => {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'content-length': bytes.length });
  response.end(bytes);
};

/** The status of an answer: what its errors say, but where JSON is asked for only those that say it of every type. */
const statusOf = (errors: readonly GraphQLError[] | undefined, type: string): number => {
  const statuses = (errors ?? []).flatMap(({ extensions: { http } }) =>
    http?.status === undefined || (http.spec && type === JSON_ANSWER) ? [] : [http.status],
  );
  return statuses.length > 0 ? Math.max(...statuses) : 200;
};

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How each parameter must be for it to be answered here. */
const PARAMS: Readonly<Record<string, (value: unknown) => boolean>> = {
  query: (value) => typeof value === 'string',
  operationName: (value) => typeof value === 'string',
  documentId: (value) => typeof value === 'string',
  variables: isObject,
  extensions: isObject,
};

/** The parameters of a body; undefined where something of them is not as it should be. */
const readParams = (text: string): Params | undefined => {
  let params: unknown;
  try {
    params = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(params)) return undefined;
  for (const [name, value] of Object.entries(params)) {
    if (value != null && !(Object.hasOwn(PARAMS, name) && PARAMS[name]?.(value))) return undefined;
  }
  return params as Params;
};

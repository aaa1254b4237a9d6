import { type ExecutionArgs, type ExecutionResult, getOperationAST } from 'graphql';
import { isAsyncIterable, type Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { Context } from '../../context.ts';
import type { Code } from '../error-extensions.ts';
import type { Present } from '../errors.ts';
import { BoundedNames } from './bounded-names.ts';
import { currentScope, scopeOf, within } from './request-scope.ts';
import { beginSpan, endSpan, SpanKind, traceparentOf } from './tracing.ts';

/** From a cached answer to the slowest that the deadline lets through, in seconds. */
export const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Upstream calls of one operation, up to its usual budget. */
const CALLS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];

/** What operations are told about. */
export interface OperationTelemetryOptions {
  readonly registry: Registry;
  readonly log: Logger;
  readonly present: Present;
}

/**
 * Counts, times, traces and logs every operation, over every transport alike: by its name, its kind and the codes of
 * its errors. It stands outside all that bounds operations, so that waiting and refusals are seen as clients see them.
 */
export const useOperationTelemetry = ({ registry, log, present }: OperationTelemetryOptions): Plugin => {
  const names = new BoundedNames();
  const registers = [registry];
  const durations = new Histogram({
    name: 'pigeon_operation_duration_seconds',
    help: 'Operations and how long they took to answer, subscriptions until they were open.',
    labelNames: ['operation', 'kind'],
    buckets: SECONDS,
    registers,
  });
  const failures = new Counter({
    name: 'pigeon_operation_errors_total',
    help: 'Operations by the codes of the errors in their answers: each code counts once an operation.',
    labelNames: ['operation', 'code'],
    registers,
  });
  const calls = new Histogram({
    name: 'pigeon_operation_upstream_calls',
    help: 'Upstream calls that queries and mutations made.',
    buckets: CALLS,
    registers,
  });
  const budget = new Histogram({
    name: 'pigeon_operation_budget_ratio',
    help: 'The part of their budget that operations used, by what is budgeted.',
    labelNames: ['budget'],
    buckets: [0.1, 0.25, 0.5, 0.75, 0.9, 1],
    registers,
  });

  /** Runs an operation within its scope. A socket's operations have no request of their own, so each gets a new one. */
  const observed =
    <Result>(run: (args: ExecutionArgs) => Result | PromiseLike<Result>) =>
    async (args: ExecutionArgs): Promise<Result> => {
      const named = getOperationAST(args.document, args.operationName);
      const name = names.label(named?.name?.value);
      const kind = named?.operation ?? 'query';
      const scope = currentScope() ?? scopeOf();
      const span = beginSpan(scope, `${kind} ${name}`, {
        kind: SpanKind.SERVER,
        attributes: { 'graphql.operation.name': name, 'graphql.operation.type': kind },
      });
      if (span) scope.announce?.(traceparentOf(span));
      const began = performance.now();
      let codes: readonly Code[] = ['INTERNAL'];
      try {
        const result = await within({ ...scope, span }, () => run(args));
        const shown = isAsyncIterable(result) ? result : presented(result as ExecutionResult, present);
        codes = isAsyncIterable(result) ? [] : codesOf(shown as ExecutionResult);
        return shown as Result;
      } finally {
        const ms = performance.now() - began;
        durations.observe({ operation: name, kind }, ms / 1000);
        for (const code of codes) failures.inc({ operation: name, code });
        const context = args.contextValue as Context;
        if (kind !== 'subscription') {
          calls.observe(context.spent.calls);
          const { spent, budget: most } = context;
          budget.observe({ budget: 'calls' }, partOf(spent.calls, most.calls));
          budget.observe({ budget: 'objects' }, partOf(spent.objects, most.objects));
          budget.observe({ budget: 'bytes' }, partOf(spent.read, most.bytes));
        }
        if (codes.length > 0) {
          const { key: caller } = context.caller;
          within({ ...scope, span }, () =>
            log.info({ operation: name, kind, codes, caller, ms: Math.round(ms) }, 'operation with errors'),
          );
        }
        endSpan(span, codes[0]);
      }
    };

  /** Counts what is refused before there is an operation to run. */
  const refused = (code: Code) => failures.inc({ operation: 'none', code });
  return {
    onParse:
      () =>
      ({ result }) => {
        if (result instanceof Error) refused('GRAPHQL_PARSE_FAILED');
      },
    onValidate:
      () =>
      ({ valid }) => {
        if (!valid) refused('GRAPHQL_VALIDATION_FAILED');
      },
    onExecute: ({ executeFn, setExecuteFn }) => setExecuteFn(observed(executeFn)),
    onSubscribe: ({ subscribeFn, setSubscribeFn }) => setSubscribeFn(observed(subscribeFn)),
  };
};

/** The part of a budget that is used; one of nothing is used up. */
const partOf = (used: number, most: number): number => (most > 0 ? used / most : 1);

/** The result as the client gets it; what stands behind it presents the same errors again, which changes nothing. */
const presented = (result: ExecutionResult, present: Present): ExecutionResult =>
  result.errors ? { ...result, errors: result.errors.map((error) => present(error)) } : result;

const codesOf = ({ errors = [] }: ExecutionResult): readonly Code[] => [
  ...new Set(errors.map(({ extensions }) => extensions.code as Code)),
];

import {
  type DocumentNode,
  type ExecutionArgs,
  type GraphQLSchema,
  getOperationAST,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { Context } from '../context.ts';
import { isPersonal } from '../graph/personal.ts';

/**
 * Writes a record of every operation that asks for personal fields, over every transport, before it runs: who asks,
 * for which fields, by which operation. It holds no value. The record is written whatever the log's level.
 */
export const useAudit = (log: Logger): Plugin => {
  const records = log.child({ audit: 'personal' }, { level: 'info' });
  const known = new WeakMap<DocumentNode, readonly string[]>();
  const record = ({ schema, document, operationName, contextValue }: ExecutionArgs): void => {
    const fields = known.get(document) ?? personalFieldsIn(schema, document);
    known.set(document, fields);
    if (fields.length === 0) return;
    const { caller } = contextValue as Context;
    const operation = getOperationAST(document, operationName);
    records.info(
      {
        caller: caller.key,
        subject: caller.subject,
        operation: operation?.name?.value,
        kind: operation?.operation,
        fields,
      },
      'personal fields are asked for',
    );
  };
  return {
    onExecute: ({ args }) => record(args),
    onSubscribe: ({ args }) => record(args),
  };
};

/** The personal fields that a document asks for, as `CourierUser.email`, each once. */
const personalFieldsIn = (schema: GraphQLSchema, document: DocumentNode): readonly string[] => {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: () => {
        const [parent, field] = [types.getParentType(), types.getFieldDef()];
        if (field && (isObjectType(parent) || isInterfaceType(parent)) && isPersonal(field)) {
          found.add(`${parent.name}.${field.name}`);
        }
      },
    }),
  );
  return [...found].toSorted();
};

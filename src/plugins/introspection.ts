import { type ExecutionArgs, NoSchemaIntrospectionCustomRule, validate } from 'graphql';
import type { Plugin } from 'graphql-yoga';

/**
 * Keeps the schema to itself over every transport: introspection is refused, and no error suggests the name that was
 * meant.
 */
export const useNoIntrospection = (): Plugin => ({
  onValidate: ({ addValidationRule, setValidationFn }) => {
    addValidationRule(NoSchemaIntrospectionCustomRule);
    setValidationFn((schema, document, rules) =>
      validate(schema, document, rules, { hideSuggestions: true }),
    );
  },
  onExecute: ({ args }) => hide(args),
  onSubscribe: ({ args }) => hide(args),
});

const hide = (args: ExecutionArgs): void => {
  Object.assign(args, { hideSuggestions: true });
};

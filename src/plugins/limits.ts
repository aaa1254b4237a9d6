import {
  type ASTVisitor,
  GraphQLError,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';

/** How large one document may be. */
export interface Limits {
  readonly depth: number;
  readonly aliases: number;
  readonly tokens: number;
}

/** How deep a selection goes, and how many of its fields carry an alias. */
interface Size {
  readonly depth: number;
  readonly aliases: number;
}

/**
 * Refuses documents that ask for too much: too many tokens while parsing, too deep or with too many aliases
 * while validating, so that it holds over every transport. Fragments count wherever they are spread.
 */
export const useLimits = (limits: Limits): Plugin => ({
  onParse: ({ setParseFn }) => {
    setParseFn((source, options) => parse(source, { ...options, maxTokens: limits.tokens }));
  },
  onValidate: ({ addValidationRule }) => addValidationRule(sizeRule(limits)),
});

const sizeRule =
  (limits: Limits) =>
  (context: ValidationContext): ASTVisitor => {
    const fragments = new Map<string, Size>();
    const open = new Set<string>();

    const measure = (set: SelectionSetNode | undefined): Size => {
      let depth = 0;
      let aliases = 0;
      for (const selection of set?.selections ?? []) {
        const below =
          selection.kind === 'FragmentSpread'
            ? fragment(selection.name.value)
            : measure(selection.selectionSet);
        const field = selection.kind === 'Field';
        depth = Math.max(depth, below.depth + (field ? 1 : 0));
        aliases += below.aliases + (field && selection.alias ? 1 : 0);
      }
      return { depth, aliases };
    };

    /** Each fragment is measured once; a cycle ends here and is reported by another rule. */
    const fragment = (name: string): Size => {
      const known = fragments.get(name);
      if (known) return known;
      if (open.has(name)) return { depth: 0, aliases: 0 };
      open.add(name);
      const size = measure(context.getFragment(name)?.selectionSet);
      open.delete(name);
      fragments.set(name, size);
      return size;
    };

    const report = (node: OperationDefinitionNode, message: string) =>
      context.reportError(
        new GraphQLError(message, { nodes: node, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
      );

    return {
      OperationDefinition: (node) => {
        const { depth, aliases } = measure(node.selectionSet);
        if (depth > limits.depth) report(node, `the operation is deeper than ${limits.depth} fields`);
        if (aliases > limits.aliases) report(node, `the operation has more than ${limits.aliases} aliases`);
      },
    };
  };

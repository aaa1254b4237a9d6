import type { CodegenConfig } from '@graphql-codegen/cli';

// Typed documents over the graph, for our own tests and as a pattern for a front end:
// `graphql('query …')` of the generated folder knows the variables and the answer of each query.
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: 'test/clients/*.ts',
  importExtension: '.ts',
  generates: {
    'test/clients/generated/': {
      preset: 'client',
      presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
      config: {
        documentMode: 'string',
        enumsAsTypes: true,
        useTypeImports: true,
        scalars: { DateTime: 'string', JSON: 'unknown' },
      },
    },
  },
};

export default config;

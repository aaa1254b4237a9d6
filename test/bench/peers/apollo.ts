/** The same graph behind Apollo Server. */
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { schema } from './schema.ts';
import { openSources } from './sources.ts';

const server = new ApolloServer({ schema });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }) => ({
    sources: openSources(req.headers['x-courier-authorization'] as string | undefined),
  }),
});
// It answers at its root and everywhere below.
console.log(`${url}graphql`);

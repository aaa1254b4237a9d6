/** A straightforward GraphQL server: Yoga, Pothos, DataLoader, fetch. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createYoga } from 'graphql-yoga';
import { schema } from './schema.ts';
import { openSources } from './sources.ts';

const yoga = createYoga({
  schema,
  logging: 'error',
  context: ({ request }) => ({ sources: openSources(request.headers.get('x-courier-authorization')) }),
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
);

import { upstreamsOf } from '../../src/config/config.ts';
import { useDemo } from '../../src/plugins/demo/demo.ts';
import { useExplainPage } from '../../src/plugins/explain-page.ts';
import { useGraphiql } from '../../src/plugins/graphiql.ts';
import { useLandingPage } from '../../src/plugins/landing-page.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { schema } from '../../src/schema.ts';
import { openStream } from '../../src/stream/stream.ts';
import { startTestGateway, type TestGateway, type TestGatewayOptions } from './gateway.ts';

/** A gateway over the sandbox, as `npm start` makes one; life there moves on only by `sandbox.step()`. */
export interface LiveGateway extends TestGateway {
  readonly sandbox: Sandbox;
}

/** Starts both; GraphiQL as for callers with credentials, if that is said. `limits` are those of the gateway. */
export const startLiveGateway = async ({
  withHeaders = false,
  dataDir = ':memory:',
  ...options
}: { withHeaders?: boolean } & Pick<
  TestGatewayOptions,
  'limits' | 'log' | 'audit' | 'sends' | 'directory'
> & { dataDir?: string } = {}): Promise<LiveGateway> => {
  const sandbox = await startSandbox({ paceMs: 0 });
  const { bird } = sandbox;
  const gateway = await startTestGateway({
    ...options,
    schema,
    deadlineMs: 10_000,
    ...upstreamsOf(sandbox),
    plugins: [
      useExplainPage({ examples: sandbox.fixtureIds }),
      useDemo({ filesUrl: sandbox.files.url }),
      useLandingPage({ schema, sandbox: true }),
      useGraphiql({ examples: sandbox.fixtureIds, withHeaders }),
    ],
    stream: ({ publicUrl, services }) =>
      openStream({
        dataDir,
        birdKeys: [bird.signingKey],
        workspaceId: bird.workspaceId,
        publicUrl,
        warn: services.warn,
      }),
  });
  sandbox.setWebhookUrl(`${gateway.url}/webhooks/bird`);
  const close = async () => {
    await gateway.close();
    await sandbox.close();
  };
  return { ...gateway, sandbox, close, [Symbol.asyncDispose]: close };
};

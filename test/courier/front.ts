import { startTestGateway, type TestGateway, type TestGatewayOptions } from '../support/gateway.ts';
import { type Prepared, startUpstream, type Upstream } from '../support/upstream.ts';
import { contract } from './contract.ts';

type Answers = Readonly<Record<string, Prepared>>;

/** A gateway in front of upstreams that answer what the test prepared. */
export interface Front extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly bird: Upstream;
  readonly courier: Upstream;
  /** Asks, expects no errors and gives the data. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever its own query asked for
  data(query: string, variables?: object): Promise<any>;
  /** Asks and gives the only error, its path in one word beside its extensions. */
  error(query: string, variables?: object): Promise<{ path: string; message: string } & Extensions>;
}

interface Extensions {
  readonly code: string;
  readonly fields?: readonly string[];
  readonly upstream?: object;
  readonly retryable?: boolean;
}

interface Options extends Omit<TestGatewayOptions, 'bird' | 'courier'> {
  readonly bird?: Answers | null;
  readonly courier?: Answers | null;
}

/**
 * Starts a gateway over both upstreams, or without the one that is null.
 *
 * All that courier was asked is held against its contract when the front is let go of.
 */
export const startFront = async ({ bird, courier, ...options }: Options = {}): Promise<Front> => {
  const [toBird, toCourier] = await Promise.all([startUpstream(bird ?? {}), startUpstream(courier ?? {})]);
  const gateway = await startTestGateway({
    bird: bird === null ? undefined : toBird,
    courier: courier === null ? undefined : toCourier,
    ...options,
  });
  return {
    gateway,
    bird: toBird,
    courier: toCourier,
    data: async (query, variables) => {
      const { body } = await gateway.ask(query, variables);
      if (body.errors) throw new Error(JSON.stringify(body.errors, null, 2));
      return body.data;
    },
    error: async (query, variables) => {
      const { body } = await gateway.ask(query, variables);
      const [error, ...others] = body.errors ?? [];
      if (!error || others.length > 0)
        throw new Error(`one error was expected, not ${JSON.stringify(body, null, 2)}`);
      return { ...error.extensions, path: error.path?.join('.') ?? '', message: error.message };
    },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await Promise.all([toBird.close(), toCourier.close()]);
      const faults = contract.faultsOf(toCourier.asked);
      if (faults.length > 0)
        throw new Error(`courier's contract forbids what it was asked:\n${faults.join('\n')}`);
    },
  };
};

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { smallSchema } from '../support/schema.ts';
import { JWT_AUTH, tokenOf } from '../support/tokens.ts';
import { startUpstream } from '../support/upstream.ts';

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Posts these very bytes. An address with a query in it is always answered by Yoga. */
const post = (
  { url }: TestGateway,
  body: string,
  { accept, path = '/graphql', ...more }: Readonly<Record<string, string>> = {},
): Promise<Got> =>
  new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(accept && { accept }), ...more };
    const sent = httpRequest(`${url}${path}`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });

/** What of an answer is the same for every request. */
const compared = ({ status, headers, body }: Got) => {
  const { date: _date, 'x-request-id': _id, ...others } = headers;
  return {
    status,
    headers: others,
    body: body.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'an id'),
  };
};

const ACCEPTS = [
  undefined,
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
  'application/graphql-response+json,application/json;q=0.9',
  'application/json, text/plain, */*',
  'text/html, */*;q=0.1',
  'text/event-stream, application/json',
  'application/*',
  'application/json; charset=latin1',
  'text/plain',
  '*/json',
];

const BODIES: Readonly<Record<string, string>> = {
  'a query': '{"query":"{ hello }"}',
  'a query with variables':
    '{"query":"query ($n: String) { hello(name: $n) }","variables":{"n":"Zoë \u2028 😀"}}',
  'a named operation': '{"query":"query A { hello } query B { deep { value } }","operationName":"B"}',
  'a name that is not there': '{"query":"query A { hello }","operationName":"C"}',
  'no name of two': '{"query":"query A { hello } query B { hello }"}',
  nulls: '{"query":"{ hello }","variables":null,"operationName":null,"extensions":null}',
  'a mutation': '{"query":"mutation { change }"}',
  'a field that fails': '{"query":"{ hello fails own wrong }"}',
  'all fields failing': '{"query":"{ fails }"}',
  'a document that cannot be parsed': '{"query":"{ hello "}',
  'a document that is not valid': '{"query":"{ nothing }"}',
  'a variable that does not fit': '{"query":"query ($by: Int!) { count(by: $by) }","variables":{"by":"x"}}',
  'a document id nobody knows': '{"documentId":"sha256:abc"}',
  'an unknown parameter': '{"query":"{ hello }","more":1}',
  'a parameter of the prototype': '{"query":"{ hello }","__proto__":1,"constructor":2}',
  'a query that is no text': '{"query":1}',
  'no query': '{}',
  'a list': '[{"query":"{ hello }"}]',
  'no JSON': '{"query":',
  nothing: '',
  'variables that are a list': '{"query":"{ hello }","variables":[]}',
  'a subscription': '{"query":"subscription { ticks(count: 1) { value } }"}',
};

describe('an operation that is posted', () => {
  test.each(Object.entries(BODIES))(
    'with %s is answered in the very bytes of Yoga, whatever is accepted',
    async (_, body) => {
      await using courier = await startUpstream({ 'POST /v1/things/': { body: 'done' } });
      await using gateway = await startTestGateway({ courier, schema: smallSchema() });
      for (const accept of ACCEPTS) {
        const headers: Readonly<Record<string, string>> = accept === undefined ? {} : { accept };
        const [ours, yogas] = [
          await post(gateway, body, headers),
          await post(gateway, body, { ...headers, path: '/graphql?' }),
        ];
        expect(compared(ours), accept).toEqual(compared(yogas));
      }
    },
  );

  test('aborts its upstream calls when its client goes away', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    await using courier = await startUpstream({
      'GET /v1/things/*/': { until: new Promise(() => {}) },
    });
    courier.onGone(resolve);
    await using gateway = await startTestGateway({ courier, schema: smallSchema() });
    const asked = gateway.ask('{ thing(id: 1) }', {}, { signal: AbortSignal.timeout(500) });
    await expect(asked).rejects.toThrow();
    await closed;
  });
});

/** A gateway whose upstream answers when it is let go. */
const startHeld = async (options: Parameters<typeof startTestGateway>[0] = {}) => {
  const gate = Promise.withResolvers<void>();
  const courier = await startUpstream({
    'GET /v1/things/*/': { until: gate.promise, body: 'done' },
    'POST /v1/things/': { body: 'changed' },
  });
  const gateway = await startTestGateway({ courier, schema: smallSchema(), deadlineMs: 60_000, ...options });
  return {
    courier,
    gateway,
    letGo: gate.resolve,
    asked: (count: number) => vi.waitFor(() => expect(courier.asked.length).toBe(count), { timeout: 10_000 }),
    async [Symbol.asyncDispose]() {
      gate.resolve();
      await gateway.close();
      await courier[Symbol.asyncDispose]();
    },
  };
};

/** How many operations have been executed. */
const executed = async ({ url }: TestGateway): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^pigeon_operation_duration_seconds_count\{.*\} (\d+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
};

const THING = '{ thing(id: 1) }';
const ANSWER = { data: { thing: '"done"' } };

describe('the very same query', () => {
  test('is executed once for all who ask while it is under way', async () => {
    await using held = await startHeld();
    const all = Array.from({ length: 20 }, () => held.gateway.ask(THING));
    await vi.waitFor(async () => expect(await joined(held.gateway)).toBe(19));
    held.letGo();
    for (const answer of await Promise.all(all)) expect(answer.body).toEqual(ANSWER);
    expect(await executed(held.gateway)).toBe(1);
    expect(held.courier.asked).toHaveLength(1);
  });

  test('is executed for each where sharing is off', async () => {
    await using held = await startHeld({ sharing: false });
    const all = Array.from({ length: 5 }, () => held.gateway.ask(THING));
    await held.asked(5);
    held.letGo();
    await Promise.all(all);
    expect(await executed(held.gateway)).toBe(5);
  });

  test('goes on for the others when the one who asked first goes away', async () => {
    await using held = await startHeld();
    const first = held.gateway.ask(THING, {}, { signal: AbortSignal.timeout(300) }).catch(() => 'gone');
    await held.asked(1);
    const second = held.gateway.ask(THING);
    expect(await first).toBe('gone');
    held.letGo();
    expect((await second).body).toEqual(ANSWER);
    expect(held.courier.asked).toHaveLength(1);
  });

  test('is not joined after a mutation has been answered', async () => {
    await using held = await startHeld();
    const before = held.gateway.ask(THING);
    await held.asked(1);
    await held.gateway.ask('mutation { change }');
    const after = held.gateway.ask(THING);
    await held.asked(3);
    held.letGo();
    await Promise.all([before, after]);
    expect(await executed(held.gateway)).toBe(3);
  });

  test('is not joined after subscribers were told of a change', async () => {
    const changes = { record: async () => {}, seen: async () => new Map(), newest: 1 };
    await using held = await startHeld({ changes });
    const before = held.gateway.ask(THING);
    await held.asked(1);
    changes.newest = 2;
    const after = held.gateway.ask(THING);
    await vi.waitFor(async () => expect(await running(held.gateway)).toBe(2));
    held.letGo();
    await Promise.all([before, after]);
  });

  test('of another caller or another credential is another one', async () => {
    await using held = await startHeld({
      auth: JWT_AUTH,
      courierForwards: true,
    });
    const asks = await Promise.all(
      ['ada', 'bob'].flatMap((sub) =>
        ['one', 'two'].map(async (credential) => ({
          headers: {
            authorization: `Bearer ${await tokenOf({ sub, scope: 'courier:read' })}`,
            'x-courier-authorization': credential,
          },
        })),
      ),
    );
    const answers = await Promise.all(asks.map((options) => held.gateway.ask('{ mine }', {}, options)));
    expect(new Set(answers.map(({ body }) => body.data.mine)).size).toBe(4);
  });

  test('counts against the rate of its caller each time', async () => {
    await using held = await startHeld({ callerRps: 3 });
    const all = Array.from({ length: 6 }, () => held.gateway.ask(THING));
    await held.asked(1);
    const refused = await Promise.any(
      all.map(async (answer) => {
        const { body } = await answer;
        if (!body.errors) throw new Error('it was answered');
        return body.errors;
      }),
    );
    expect(refused).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
    held.letGo();
    const answered = (await Promise.all(all)).filter(({ body }) => !body.errors);
    expect(answered).toHaveLength(3);
  });
});

/** The value of a metric without labels. */
const metricOf = async ({ url }: TestGateway, name: string): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
};

const running = (gateway: TestGateway) => metricOf(gateway, 'pigeon_operations_running');
const joined = (gateway: TestGateway) => metricOf(gateway, 'pigeon_operations_joined_total');

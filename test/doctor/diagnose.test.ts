import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../src/doctor/diagnose.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { startUpstream } from '../support/upstream.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ paceMs: 0 });
});
afterAll(() => sandbox.close());

/** The environment of a Pigeon before the sandbox, as if that were the vendors. */
const environment = (more: Record<string, string> = {}) => ({
  BIRD_API_URL: sandbox.bird.url,
  BIRD_ACCESS_KEY: sandbox.bird.accessKey,
  BIRD_WORKSPACE_ID: sandbox.bird.workspaceId,
  BIRD_WEBHOOK_SIGNING_KEY: sandbox.bird.signingKey,
  COURIER_API_URL: sandbox.courier.url,
  COURIER_USERNAME: sandbox.courier.login.username,
  COURIER_PASSWORD: sandbox.courier.login.password,
  COURIER_LOGIN_URL: sandbox.courier.login.url,
  ...more,
});

const findings = async (env: Record<string, string>): Promise<string[]> => {
  const found: string[] = [];
  for await (const { state, text } of diagnose(env)) found.push(`${state}: ${text}`);
  return found;
};

describe('the doctor', () => {
  test('finds nothing to say where nothing is configured', async () => {
    expect(await findings({})).toEqual([
      'ok: The configuration can be what it is.',
      'ok: No upstream is configured: Pigeon plays both itself, and needs nobody.',
    ]);
  });

  test('tells every fault of the configuration', async () => {
    expect(await findings({ BIRD_ACCES_KEY: 'x', PORT: 'many' })).toEqual([
      'fault: BIRD_ACCES_KEY: is not a variable of Pigeon',
      'fault: PORT: must be a whole number',
    ]);
  });

  test('finds both upstreams well, and misses the address for webhooks', async () => {
    const found = await findings(environment());
    expect(found).toEqual([
      'ok: The configuration can be what it is.',
      expect.stringMatching(/^ok: Bird answers at http:.* ms\)\.$/),
      'ok: Bird takes BIRD_ACCESS_KEY, and shows the channels of BIRD_WORKSPACE_ID.',
      'look: PUBLIC_URL is not set, so Bird cannot be told where to post webhooks.',
      expect.stringMatching(/^ok: courier answers at /),
      expect.stringMatching(/^ok: courier’s login answers at /),
      'ok: courier takes Pigeon’s credential, and lists its users.',
      expect.stringMatching(/^ok: The status log can be kept in DATA_DIR/),
    ]);
  });

  test.each([
    ['BIRD_ACCESS_KEY', 'wrong', 'fault: Bird refuses BIRD_ACCESS_KEY (401).'],
    ['COURIER_PASSWORD', 'wrong', 'fault: courier refuses COURIER_USERNAME or COURIER_PASSWORD.'],
    [
      'BIRD_API_URL',
      'http://127.0.0.1:9',
      'fault: Bird cannot be reached at http://127.0.0.1:9 (ECONNREFUSED).',
    ],
    ['DATA_DIR', `${import.meta.filename}/x`, 'cannot be written (ENOTDIR)'],
    ['REDIS_URL', 'redis://127.0.0.1:9', 'fault: Redis does not answer at REDIS_URL'],
  ])(
    'says what is wrong with %s, and quotes no secret',
    { timeout: 20_000 },
    async (name, value, expected) => {
      const found = await findings(environment({ [name]: value }));
      const faults = found.filter((line) => line.startsWith('fault:'));
      expect(faults[0]).toContain(expected);
      for (const secret of [
        sandbox.bird.accessKey,
        sandbox.bird.signingKey,
        sandbox.courier.login.password,
      ]) {
        expect(found.join()).not.toContain(secret);
      }
    },
  );

  test('tells a clock that is off, and a PUBLIC_URL that leads elsewhere', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using other = await startUpstream({
      'GET /': { headers: { date } },
      [`GET /workspaces/${sandbox.bird.workspaceId}/channels`]: { body: { results: [] } },
      [`GET /workspaces/${sandbox.bird.workspaceId}/webhook-subscriptions`]: { body: { results: [] } },
    });
    const {
      COURIER_API_URL: _1,
      COURIER_USERNAME: _2,
      COURIER_PASSWORD: _3,
      COURIER_LOGIN_URL: _4,
      ...bird
    } = environment();
    const found = await findings({ ...bird, BIRD_API_URL: other.url, PUBLIC_URL: other.url });
    expect(found).toContainEqual(
      expect.stringMatching(/^look: This machine’s clock is 3\d\d\d s behind that of Bird/),
    );
    expect(found).toContain(`look: No webhook of Bird posts to ${other.url}/webhooks/bird.`);
    expect(found.at(-1)).toBe(`look: PUBLIC_URL does not lead to a Pigeon: ${other.url}/livez answers 501.`);
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { routeOf } from '../../src/server/routes.ts';

const root = join(import.meta.dirname, '../..');

// biome-ignore lint/suspicious/noExplicitAny: the manifests are read as they are written
const manifests = loadAll(readFileSync(join(root, 'docs/kubernetes.yaml'), 'utf8')) as any[];
const named = (kind: string, name: string) =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);

const { data: environment } = named('ConfigMap', 'pigeon');
const pod = named('Deployment', 'pigeon').spec.template.spec;
const [container] = pod.containers;
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pigeon-secrets-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the manifests for Kubernetes', () => {
  test('configure a Pigeon that starts', () => {
    const [, imageVariables = ''] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
    const ofImage = Object.fromEntries(imageVariables.split(' ').map((pair) => pair.split('=')));
    const env: Record<string, string> = { ...ofImage, ...environment };
    for (const [name, path] of Object.entries(env)) {
      if (!name.endsWith('_FILE')) continue;
      expect(path).toMatch(new RegExp(`^${container.volumeMounts.at(-1).mountPath}/`));
      env[name] = join(folder, name);
      writeFileSync(env[name], 'secret\n');
    }
    expect(readConfig(env)).toMatchObject({
      host: '0.0.0.0',
      port: 4000,
      sandbox: false,
      auth: { kind: 'jwt' },
      metricsPort: 9464,
      redisUrl: expect.stringContaining(named('Service', 'pigeon-redis').metadata.name),
      bird: { accessKey: 'secret' },
      courier: { login: { username: 'secret', password: 'secret' } },
    });
  });

  test('probe what is served, and leave the end its time', () => {
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      expect(routeOf({ url: container[probe].httpGet.path })).toBeDefined();
    }
    const { drainDelayMs, deadlineMs } = readConfig({ DRAIN_DELAY_MS: '5000' });
    expect(dockerfile).toContain('DRAIN_DELAY_MS=5000');
    expect(pod.terminationGracePeriodSeconds * 1000).toBeGreaterThan(drainDelayMs + deadlineMs + 1000);
  });

  test('run it as the user of the image, who is not root', () => {
    const { runAsUser, runAsGroup, runAsNonRoot } = pod.securityContext;
    expect(runAsNonRoot).toBe(true);
    expect(dockerfile).toContain(`USER ${runAsUser}:${runAsGroup}`);
  });

  test('name only services, ports and volumes that there are', () => {
    const ports = container.ports.map(({ name }: { name: string }) => name);
    expect(ports).toContain(named('Service', 'pigeon').spec.ports[0].targetPort);
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    expect(container.volumeMounts.map(({ name }: { name: string }) => name).toSorted()).toEqual(
      volumes.toSorted(),
    );
    expect(named('PodDisruptionBudget', 'pigeon').spec.selector).toEqual(
      named('Deployment', 'pigeon').spec.selector,
    );
    expect(named('StatefulSet', 'pigeon-redis').spec.serviceName).toBe('pigeon-redis');
  });
});

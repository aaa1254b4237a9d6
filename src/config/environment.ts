import { readFileSync } from 'node:fs';
import { variables } from './variables.ts';

/** Variables that hold a secret, or part of one: with `_FILE` behind its name each names a file that holds it. */
const SECRETS: ReadonlySet<string> = new Set([
  'BIRD_ACCESS_KEY',
  'BIRD_WEBHOOK_SIGNING_KEY',
  'COURIER_TOKEN',
  'COURIER_AUTHORIZATION',
  'COURIER_USERNAME',
  'COURIER_PASSWORD',
  'AUTH_JWT_SECRET',
  'REDIS_URL',
]);

/** Variables whose spaces at either end belong to the value. */
const EXACT: ReadonlySet<string> = new Set(['COURIER_PASSWORD']);

/** First words of our names that other programs' variables begin with as well. */
const COMMON: ReadonlySet<string> = new Set([
  'PORT',
  'HOST',
  'PUBLIC',
  'DATA',
  'DEFAULT',
  'LOG',
  'REDIS',
  'OTEL',
  'METRICS',
  'CORS',
  'MCP',
]);

/** What Kubernetes sets in every container for a service that happens to be called like an upstream. */
const SERVICE_LINK = /_(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/;

/** What stands in the environment under our names. */
export interface GivenVariables {
  /** The values by name, whether they stood in the environment or in files. */
  readonly values: Readonly<Record<string, string>>;
  /** All names that are given, those of files that cannot be read among them. */
  readonly given: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
  /** A fault with the names as they were written, `COURIER_PASSWORD_FILE` for one. */
  readonly asWritten: (fault: string) => string;
}

/** Reads our variables, and the files that they name. An empty variable counts as absent. */
export const readVariables = (environment: Readonly<Record<string, string | undefined>>): GivenVariables => {
  const values: Record<string, string> = {};
  const filed = new Set<string>();
  const faults: string[] = [];
  const names = Object.keys(variables.shape);
  const written = (name: string) => environment[name]?.trim() || undefined;

  for (const name of names) {
    const file = `${name}_FILE`;
    const path = SECRETS.has(name) ? written(file) : undefined;
    const value = written(name);
    if (value !== undefined) values[name] = EXACT.has(name) ? (environment[name] ?? '') : value;
    if (path === undefined) continue;
    if (value !== undefined) {
      faults.push(`${file}: cannot stand beside ${name}, set one of them`);
      continue;
    }
    filed.add(name);
    try {
      const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
      if (text.trim() === '') faults.push(`${file}: the file is empty`);
      else values[name] = EXACT.has(name) ? text : text.trim();
    } catch (error) {
      // The path is not quoted: whoever mistakes the name puts the secret itself there.
      faults.push(`${file}: the file cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }

  const known = new Set([...names, ...[...SECRETS].map((name) => `${name}_FILE`)]);
  const ours = new Set(names.filter((name) => name.includes('_')).map(firstWord));
  for (const name of Object.keys(environment)) {
    const begins = name.includes('_') && ours.has(firstWord(name)) && !COMMON.has(firstWord(name));
    if (begins && !known.has(name) && written(name) !== undefined && !SERVICE_LINK.test(name)) {
      faults.push(`${name}: is not a variable of Pigeon`);
    }
  }

  return {
    values,
    given: { ...Object.fromEntries([...filed].map((name) => [name, ''])), ...values },
    faults,
    asWritten: (fault) =>
      fault.replace(/\b[A-Z][A-Z_]+\b/g, (name) => (filed.has(name) ? `${name}_FILE` : name)),
  };
};

const firstWord = (name: string): string => name.split('_', 1)[0] ?? '';

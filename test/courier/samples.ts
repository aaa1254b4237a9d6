import { idOf } from '../support/ids.ts';

/** A resource object of courier. */
export interface Resource {
  readonly id: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** A resource object whose id is that of the name. */
export const resource = (type: string, name: string, attributes: object = {}): Resource => ({
  id: idOf(name),
  type,
  attributes: { ...attributes },
});

/** A document with one resource, as an answer. */
export const one = (data: Resource) => ({ body: { data, meta: {} } });

/** The same as the answer to a change that creates. */
export const created = (data: Resource) => ({ status: 201, body: { data, meta: {} } });

/** A list, as an answer. */
export const many = (data: readonly Resource[]) => ({ body: { data, meta: {} } });

/** The rows of a list that the page asks for. */
export const pageOf = (rows: readonly Resource[], params: URLSearchParams) => {
  const offset = Number(params.get('page[offset]'));
  return many(rows.slice(offset, offset + Number(params.get('page[limit]'))));
};

/** A moment, so many minutes after a new year. */
export const at = (minutes: number): string =>
  new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();

/** A message of a channel, by somebody who takes part unless it is said otherwise. */
export const message = (name: string, attributes: object = {}): Resource =>
  resource('messaging-messages', name, {
    'channel-id': idOf('channel'),
    'individual-id': idOf('amina'),
    'first-name': 'Amina',
    'last-name': 'Diallo',
    'user-type': 'participant',
    message: `words of ${name}`,
    'posted-time': at(1),
    'last-modified-time': at(1),
    ...attributes,
  });

export const channel = (name: string, attributes: object = {}): Resource =>
  resource('messaging-channels', name, { name: `Channel ${name}`, 'org-id': idOf('clinic'), ...attributes });

export const individual = (name: string, attributes: object = {}): Resource =>
  resource('individuals', name, { 'first-name': name, 'last-name': 'Diallo', ...attributes });

export const user = (name: string, attributes: object = {}): Resource =>
  resource('users', `user ${name}`, {
    email: `${name}@example.com`,
    'email-verified': true,
    state: 'active',
    'primary-individual-id': idOf(name),
    ...attributes,
  });

import type { Call, Handler } from '../call.ts';
import { notFound } from '../refusal.ts';
import type { Table } from '../table.ts';
import { actorOf, invalid, many, one } from './answers.ts';
import type { User } from './rows.ts';

const TEMPLATES = ['appointment-reminder', 'visit-summary', 'welcome'];

function found<Row extends { id: string }>(call: Call, table: Table<Row>, thing: string): Row {
  const row = table.get(call.at('id'));
  if (!row) throw notFound(thing);
  return row;
}

function shownUser({ id, type, attributes }: User): object {
  return { id, type, attributes };
}

function same(a: string | undefined, b: string): boolean {
  return a?.trim().toLowerCase() === b.trim().toLowerCase();
}

/** The operations on individuals, their groups, organizations and users. */
export const peopleHandlers: Record<string, Handler> = {
  'GET /v1/individual-groups/{id}/': (call) =>
    one(200, found(call, call.world.courier.groups, 'individual group')),

  'GET /v1/individuals/{id}/': (call) => one(200, found(call, call.world.courier.individuals, 'individual')),

  'POST /v1/individuals/{id}/multicast/': (call) => {
    const { id } = found(call, call.world.courier.individuals, 'individual');
    const body = call.body<{ 'template-data': object; 'template-id': string }>();
    return task(call, { ...body['template-data'], individual: id, template: body['template-id'] });
  },

  'POST /v1/individuals/{id}/recalculate-communication-summary/': (call) =>
    one(201, found(call, call.world.courier.individuals, 'individual')),

  'GET /v1/organizations/': (call) => {
    const name = call.text('filter[name]')?.toLowerCase();
    const rows = call.world.courier.organizations.all();
    const wanted = rows.filter(
      ({ attributes }) =>
        !name || attributes.name === name || attributes['display-name']?.toLowerCase().includes(name),
    );
    return many(call, wanted, (row) => row);
  },

  'GET /v1/organizations/{id}/': (call) =>
    one(200, found(call, call.world.courier.organizations, 'organization')),

  // by individual: those whose own individual it is, and those who may act for it
  'GET /v1/users/': (call) => {
    const email = call.text('filter[email]');
    const individual = call.text('filter[individual-id]')?.toLowerCase();
    const username = call.text('filter[username]');
    const wanted = call.world.courier.users.all().filter(({ attributes, actsFor }) => {
      if (email !== undefined && !same(attributes.email, email)) return false;
      if (username !== undefined && attributes.username !== username) return false;
      if (individual === undefined) return true;
      return attributes['primary-individual-id'] === individual || actsFor.includes(individual);
    });
    return many(call, wanted, shownUser);
  },

  'GET /v1/users/{id}/': (call) => one(200, shownUser(found(call, call.world.courier.users, 'user'))),

  'PATCH /v1/users/{id}/': (call) => {
    const user = found(call, call.world.courier.users, 'user');
    const { data } = call.body<{ data: { id: string; attributes: { notifications?: string[] } } }>();
    if (data.id !== user.id) throw invalid('body', '/data/id', 'must be the id in the path');
    if (data.attributes.notifications) user.attributes.notifications = data.attributes.notifications;
    return one(200, shownUser(user));
  },

  'POST /v1/users/{id}/multicast/': (call) => {
    const { id } = found(call, call.world.courier.users, 'user');
    const body = call.body<{ data?: object; 'template-id': string; 'individual-id'?: string }>();
    actorOf(call.world, body['individual-id'], 'body', '/individual-id');
    return task(call, { ...body.data, user: id, template: body['template-id'] });
  },

  'POST /v1/users/{id}/validate-multicast-params/': (call) => {
    found(call, call.world.courier.users, 'user');
    const body = call.body<{ 'template-id': string; 'individual-id': string }>();
    actorOf(call.world, body['individual-id'], 'body', '/individual-id');
    const success = TEMPLATES.includes(body['template-id']);
    return {
      status: 201,
      body: {
        success,
        info: success ? 'all parameters are known' : `the templates are ${TEMPLATES.join(', ')}`,
      },
    };
  },
};

function task(call: Call, data: object) {
  return { status: 201, body: { 'message-data': data, 'task-id': call.world.fresh('courier-task') } };
}

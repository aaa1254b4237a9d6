import { type CompactShape, readShape, type Schema } from './shape.ts';

type Shapes = Readonly<Record<string, CompactShape | null>>;

/** One operation of a compact contract; a text is its summary. */
export interface CompactOperation {
  readonly about?: string;
  /** More than the summary says. */
  readonly description?: string;
  readonly query?: Shapes;
  /** The attributes of a JSON:API body: names of the thing's own ones, or shapes. A star marks what is required. */
  readonly attributes?: string | Shapes;
  /** The attributes of a JSON:API body that are one list. */
  readonly patch?: CompactShape;
  /** A plain JSON body; `any` takes every object. */
  readonly body?: Shapes | 'any' | null;
  /** The JSON:API type of the body, where it is not the collection's name. */
  readonly type?: string;
  /** What is answered, where it is not the thing itself: properties, a shape's name, `any` or `none`. */
  readonly answers?: Shapes | string;
  /** Which type of resource is answered instead, one or, in a list, many. */
  readonly returns?: string;
  /** The media type of an answer that is not JSON. */
  readonly media?: string;
  /** The largest page of a list; 1000 unless said. `none`: the list has no pages. */
  readonly page?: { readonly limit: string } | 'none';
  /** True for `read`s that answer with a list. */
  readonly many?: boolean;
  readonly path?: string;
  readonly status?: number;
  /** What no page prints and is a conclusion. */
  readonly inferred?: string;
  readonly deprecated?: string;
  /** The scope that a caller needs beside the usual one. */
  readonly scope?: string;
  /** True when it sends something to people. */
  readonly send?: boolean;
}

/** A resource of the compact contract: one file. */
export interface CompactThing {
  readonly name: string;
  readonly about: string;
  readonly type?: string;
  /** What its ids are, where they are no UUIDs. */
  readonly id?: 'string';
  /** False where rows come without an id. */
  readonly identified?: boolean;
  readonly attributes?: Shapes;
  readonly shapes?: Shapes;
  readonly list?: CompactOperation | string | null;
  readonly get?: CompactOperation | string | null;
  readonly create?: CompactOperation | string | null;
  readonly update?: CompactOperation | string | null;
  readonly actions?: Readonly<Record<string, CompactOperation | string | null>>;
  readonly reads?: Readonly<Record<string, CompactOperation | string | null>>;
  readonly rows?: readonly object[];
}

/** What all things share: the document's head, and what attributes and parameters of a name mean everywhere. */
export interface CompactCommon {
  readonly info: object;
  readonly attributes: Shapes;
  readonly parameters: Shapes;
  readonly shapes: Shapes;
}

const ref = (name: string, kind = 'schemas'): Schema => ({ $ref: `#/components/${kind}/${name}` });
const bare = (name: string): string => name.replace(/\*$/, '');

/** Expands a compact contract into an OpenAPI 3.1 document. */
export const expand = (common: CompactCommon, things: ReadonlyMap<string, CompactThing>): object => {
  const schemas: Record<string, Schema> = {};
  const paths: Record<string, Record<string, unknown>> = {};
  const define = (name: string, schema: Schema): void => {
    if (name in schemas) throw new Error(`${name} is defined twice`);
    schemas[name] = schema;
  };

  define('Meta', {
    description: 'Free information. Some lists tell `page[limit]`, `page[offset]` and `page[total]` here.',
    type: 'object',
    additionalProperties: true,
  });
  define('Errors', {
    type: 'object',
    required: ['errors'],
    properties: { errors: { type: 'array', items: ref('Error') } },
  });
  define('Error', {
    type: 'object',
    properties: {
      code: { type: 'string' },
      detail: { type: 'string' },
      meta: { type: 'object', additionalProperties: true },
      source: {
        description: 'The fault’s place: a query parameter, or a JSON Pointer into the body.',
        type: 'object',
        properties: { parameter: { type: 'string' }, pointer: { type: 'string' } },
      },
      status: { type: 'integer', examples: [400] },
    },
  });
  for (const [name, shape] of Object.entries(common.shapes)) define(name, readShape(shape ?? 'any', name));

  const typeOf = (collection: string): string => things.get(collection)?.type ?? collection;
  const nameOf = (collection: string): string => {
    const name = things.get(collection)?.name;
    if (!name) throw new Error(`there is no ${collection}`);
    return name;
  };

  for (const [collection, thing] of things) {
    for (const [name, shape] of Object.entries(thing.shapes ?? {}))
      define(name, readShape(shape ?? 'any', `${collection} ${name}`, common.attributes));
    if (thing.attributes) {
      const attributes = Object.fromEntries(
        Object.entries(thing.attributes).map(([name, shape]) => {
          const compact = shape ?? common.attributes[name];
          if (!compact) throw new Error(`${collection}: what is ${name}?`);
          return [name, readShape(compact, `${collection}.${name}`, common.attributes)];
        }),
      );
      define(thing.name, {
        description: thing.about,
        type: 'object',
        properties: attributes,
        ...(thing.identified === false && { 'x-unidentified': true }),
        ...(thing.id === 'string' && { 'x-textual-id': true }),
        ...(thing.rows && { examples: thing.rows }),
      });
      const identified = thing.identified !== false;
      define(`${thing.name}Resource`, {
        type: 'object',
        required: [...(identified ? ['id'] : []), 'type', 'attributes'],
        properties: {
          ...(identified && {
            id: thing.id === 'string' ? { type: 'string' } : { type: 'string', format: 'uuid' },
          }),
          type: { type: 'string', const: typeOf(collection) },
          attributes: ref(thing.name),
        },
      });
      define(`${thing.name}Document`, {
        type: 'object',
        required: ['data'],
        properties: { data: ref(`${thing.name}Resource`), meta: ref('Meta') },
      });
      define(`${thing.name}List`, {
        type: 'object',
        required: ['data'],
        properties: { data: { type: 'array', items: ref(`${thing.name}Resource`) }, meta: ref('Meta') },
      });
    }
  }

  for (const [collection, thing] of things) {
    const root = `/v1/${collection}/`;
    const add = (
      kind: string,
      method: 'get' | 'post' | 'patch',
      standard: string,
      given: CompactOperation | string | null,
      summary: string,
    ): void => {
      const operation: CompactOperation = typeof given === 'string' ? { about: given } : (given ?? {});
      const where = `${collection} ${kind}`;
      const path = operation.path ?? standard;
      const item = paths[path] ?? emptyItem(path, thing);
      paths[path] = item;
      if (method in item) throw new Error(`${method} ${path} is described twice`);
      const isList = kind === 'list' || operation.many === true;
      const { inferred } = operation;
      const parameters = [
        ...Object.entries(operation.query ?? {}).map(([name, shape]) => parameter(name, shape, where)),
        ...(isList && operation.page !== 'none' ? pageParameters(operation.page?.limit) : []),
      ];
      item[method] = {
        operationId: idOf(kind, collection),
        tags: [collection],
        summary: operation.about ?? summary,
        ...(operation.description && { description: operation.description }),
        ...(operation.deprecated && { deprecated: true, 'x-deprecation-reason': operation.deprecated }),
        ...(inferred && { 'x-inferred': inferred }),
        ...(operation.scope && { 'x-scope': operation.scope }),
        ...(operation.send && { 'x-send': true }),
        ...(parameters.length > 0 && { parameters }),
        ...(method !== 'get' && { requestBody: requestBody(kind, operation, where) }),
        responses: {
          [operation.status ?? (method === 'post' ? 201 : 200)]: response(operation, isList, where),
          '4XX': { $ref: '#/components/responses/Errors' },
        },
      };
    };

    const parameter = (given: string, shape: CompactShape | null, where: string): object => {
      const name = bare(given);
      const plain = /^(?:filter|include)\[(?:cmp-)?(.+)\]$/.exec(name)?.[1] ?? name;
      const isComparator = name.startsWith('filter[cmp-');
      const known =
        shape ??
        common.parameters[name] ??
        (isComparator ? 'datetime' : (thing.attributes?.[plain] ?? common.attributes[plain]));
      if (!known) throw new Error(`${where}: what is ${name}?`);
      const { description, ...schema } = readShape(known, `${where} ${name}`);
      for (const word of ['x-relation', 'x-embeds', 'examples']) delete schema[word];
      return {
        name,
        in: 'query',
        ...(given.endsWith('*') && { required: true }),
        ...(schema.deprecated === true && { deprecated: true }),
        description:
          isComparator && !shape
            ? `Compares \`${plain}\`: up to two values, each one of \`>\`, \`<\`, \`>=\`, \`<=\` and a time.`
            : description,
        ...((isComparator || schema.type === 'array') && { style: 'form', explode: true }),
        schema: isComparator
          ? { type: 'array', maxItems: 2, items: { type: 'string', maxLength: 40 }, 'x-compares': plain }
          : schema,
      };
    };

    const requestBody = (kind: string, operation: CompactOperation, where: string): object => {
      const json = (schema: Schema) => ({ required: true, content: { 'application/json': { schema } } });
      if (operation.body === 'any')
        return json({ description: 'Any object.', type: 'object', additionalProperties: true });
      if (operation.attributes === undefined && operation.patch === undefined) {
        const { properties = {}, required } = readShape({ of: operation.body ?? {} }, where);
        return json({
          type: 'object',
          additionalProperties: false,
          properties,
          ...(required !== undefined && { required }),
        });
      }
      const hasId = kind === 'update';
      const attributes = operation.patch
        ? readShape(operation.patch, where)
        : {
            type: 'object',
            additionalProperties: false,
            ...bodyAttributes(operation.attributes ?? '', where),
          };
      return json({
        type: 'object',
        additionalProperties: false,
        required: ['data'],
        properties: {
          data: {
            type: 'object',
            additionalProperties: false,
            required: [...(hasId ? ['id'] : []), 'type', 'attributes'],
            properties: {
              ...(hasId && { id: { type: 'string', format: 'uuid' } }),
              type: { type: 'string', const: operation.type ?? typeOf(collection) },
              attributes,
            },
          },
          meta: ref('Meta'),
        },
      });
    };

    const bodyAttributes = (given: string | Shapes, where: string): Schema => {
      const shapes: Shapes =
        typeof given === 'string'
          ? Object.fromEntries(
              given
                .split(/\s+/)
                .filter(Boolean)
                .map((name) => [name, null]),
            )
          : given;
      const properties = Object.fromEntries(
        Object.entries(shapes).map(([starred, shape]) => {
          const name = bare(starred);
          const compact = shape ?? thing.attributes?.[name] ?? common.attributes[name];
          if (!compact) throw new Error(`${where}: what is ${name}?`);
          const {
            'x-relation': _relation,
            'x-embeds': _embeds,
            ...schema
          } = readShape(compact, `${where}.${name}`, common.attributes);
          return [name, schema];
        }),
      );
      const required = Object.keys(shapes)
        .filter((name) => name.endsWith('*'))
        .map(bare);
      return { properties, ...(required.length > 0 && { required }) };
    };

    const response = (operation: CompactOperation, isList: boolean, where: string): object => {
      const { answers, returns, media } = operation;
      const description = 'Success';
      if (media)
        return { description, content: { [media]: { schema: { type: 'string', format: 'binary' } } } };
      if (answers === 'none') return { description };
      const json = (schema: Schema) => ({ description, content: { 'application/json': { schema } } });
      if (answers === 'any') return json({ description: 'Any object, or nothing.' });
      if (typeof answers === 'string') return json(readShape(answers, where));
      if (answers) return json(readShape({ of: answers }, where));
      return json(ref(`${nameOf(returns ?? collection)}${isList ? 'List' : 'Document'}`));
    };

    const { about } = thing;
    const noun = words(thing.name);
    if (thing.list !== undefined) add('list', 'get', root, thing.list, `Lists ${noun}s.`);
    if (thing.create !== undefined) add('create', 'post', root, thing.create, `Creates a ${noun}.`);
    if (thing.get !== undefined) add('get', 'get', `${root}{id}/`, thing.get, `Returns one ${noun}.`);
    if (thing.update !== undefined)
      add('update', 'patch', `${root}{id}/`, thing.update, `Changes a ${noun}.`);
    for (const [action, operation] of Object.entries(thing.actions ?? {}))
      add(action, 'post', `${root}{id}/${action}/`, operation, about);
    for (const [read, operation] of Object.entries(thing.reads ?? {}))
      add(read, 'get', `${root}{id}/${read}/`, operation, about);
  }

  return {
    openapi: '3.1.0',
    info: common.info,
    tags: [...things].map(([name, { about }]) => ({ name, description: about })),
    security: [{ apiKey: [] }],
    paths: Object.fromEntries(Object.entries(paths).toSorted(([one], [other]) => (one < other ? -1 : 1))),
    components: {
      securitySchemes: {
        apiKey: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description:
            'The definition names no scheme. An access token of the vendor’s login goes in as `Bearer …`.',
        },
      },
      parameters: {
        TextualId: {
          name: 'id',
          in: 'path',
          required: true,
          description: 'Native id of the thing that the path names.',
          schema: { type: 'string' },
        },
        ResourceId: {
          name: 'id',
          in: 'path',
          required: true,
          description: 'Native id of the thing that the path names.',
          schema: { type: 'string', format: 'uuid' },
        },
      },
      responses: {
        Errors: {
          description: 'What courier did not accept.',
          content: { 'application/json': { schema: ref('Errors') } },
        },
      },
      schemas,
    },
  };
};

/** A path before its first operation: the id that stands in it, where there is one. */
const emptyItem = (path: string, { id }: CompactThing): Record<string, unknown> =>
  path.includes('{id}')
    ? { parameters: [ref(id === 'string' ? 'TextualId' : 'ResourceId', 'parameters')] }
    : {};

const pageParameters = (limit = '1..1000 = 100'): object[] => [
  {
    name: 'page[limit]',
    in: 'query',
    description: 'The most rows of the page.',
    schema: readShape(`integer ${limit}`, 'page[limit]'),
  },
  {
    name: 'page[offset]',
    in: 'query',
    description: 'How many rows to pass over.',
    schema: { type: 'integer', minimum: 0, default: 0 },
  },
];

const words = (name: string): string =>
  name.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();

const idOf = (kind: string, collection: string): string =>
  `${kind}-${collection}`.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

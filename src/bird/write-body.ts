import { InputError } from '../graph/errors.ts';
import { write } from '../graph/input.ts';
import { dialect } from './dialect.ts';
import type { components } from './openapi.gen.ts';
import { refuseNulls } from './refuse-nulls.ts';

/** An action as Bird takes it: its one kind under the kind's name. */
const writeAction = (action: object, path: string): object => {
  const [[type = '', content = {}] = []] = Object.entries(refuseNulls(action, path));
  const { description, ...values } = refuseNulls(content as object, `${path}.${type}`);
  const { label = {} } = dialect.contract.component('ActionDescription').properties ?? {};
  if (description !== undefined)
    write(dialect, dialect.contract.resolve(label), description, `${path}.${type}.description`, '');
  return {
    type,
    [type]: {
      ...values,
      ...(description !== undefined && { metadata: { description: { label: description } } }),
    },
  };
};

/** The schemas of what stands inside contents and is described by the contract alone. */
const SCHEMAS: Readonly<Record<string, Readonly<Record<string, keyof components['schemas']>>>> = {
  text: { metadata: 'TextMetadata' },
  html: { metadata: 'HtmlMetadata' },
  image: { metadata: 'MediaMetadata' },
  file: { metadata: 'MediaMetadata' },
  gif: { metadata: 'GifMetadata' },
  list: { metadata: 'ListMetadata' },
};

/** What stands in lists inside contents, in Bird's form. */
const writeParts = (
  value: unknown,
  path: string,
  writeOne: (part: object, path: string) => object,
): unknown => (Array.isArray(value) ? value.map((part) => writeOne(part, path)) : value);

/** A picture, a file, a card or an attachment. */
const writePart = (part: object, path: string): object => {
  const { actions: tapped, isAnimated, ...values } = refuseNulls(part, path, ['mediaUrl']);
  return {
    ...values,
    ...(tapped !== undefined && { actions: writeParts(tapped, `${path}.actions`, writeAction) }),
    ...(isAnimated !== undefined && { metadata: { isAnimated } }),
  };
};

/** Content in Bird's form. */
const writeContent = (kind: string, content: object, path: string): Record<string, unknown> => {
  const written = refuseNulls(
    content,
    path,
    kind === 'authentication' ? ['disclaimer', 'expirationTime'] : [],
  );
  if (written.actions !== undefined)
    written.actions = writeParts(written.actions, `${path}.actions`, writeAction);
  for (const name of ['items', 'images', 'files', 'attachments'])
    if (written[name] !== undefined) written[name] = writeParts(written[name], `${path}.${name}`, writePart);
  const schema = SCHEMAS[kind]?.metadata;
  if (schema && written.metadata !== undefined)
    written.metadata = write(
      dialect,
      dialect.contract.component(schema),
      written.metadata,
      `${path}.metadata`,
      '',
    );
  return written;
};

/**
 * The body as Bird takes it: `{ type, [type]: content }`.
 *
 * @throws {InputError} a place is not on earth, HTML has no words, a file no media type, or something is null
 */
export const writeBody = (body: object, path: string): object => {
  const [[kind = '', content = {}] = []] = Object.entries(refuseNulls(body, path));
  const where = `${path}.${kind}`;
  if (kind === 'permissionRequest') return { type: 'action', permission_request: { resource: content } };
  if (kind === 'section') {
    const { items, ...rest } = refuseNulls(content as object, where);
    return { type: kind, section: { items: writeParts(items, `${where}.items`, writeBody), ...rest } };
  }
  const written = writeContent(kind, content as object, where);
  if (kind === 'authentication') {
    const { expirationTime: time } = written;
    if (typeof time === 'number' && (time < 1 || time > 90))
      throw new InputError(`${where}.expirationTime`, 'must be between 1 and 90');
    return { type: kind, authentication: { otp: written } };
  }
  if (kind === 'location') {
    const { latitude, longitude, ...location } = written as { latitude: number; longitude: number };
    if (Math.abs(latitude) > 90) throw new InputError(`${where}.latitude`, 'must be between -90 and 90');
    if (Math.abs(longitude) > 180) throw new InputError(`${where}.longitude`, 'must be between -180 and 180');
    const named = Object.keys(location).length > 0 && { location };
    return { type: kind, location: { coordinates: { latitude, longitude }, ...named } };
  }
  if (kind === 'html' && !written.html && !written.text) throw new InputError(where, 'needs html or text');
  const files =
    kind === 'file' ? (written.files as readonly { contentType?: string }[] | undefined) : undefined;
  if (files?.some(({ contentType }) => !contentType))
    throw new InputError(`${where}.files`, 'must each have a contentType');
  return { type: kind, [kind]: written };
};

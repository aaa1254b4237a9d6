import type { OperationOf } from '../graph/verbs/types.ts';
import type { paths } from './openapi.gen.ts';

/** Every `METHOD path` of courier's contract. */
export type OperationKey = OperationOf<paths>;

/** The path of one object, or of a list. */
export type ResourcePath = OperationKey extends infer Key
  ? Key extends `${'GET' | 'POST'} ${infer Path}`
    ? Path
    : never
  : never;

type Json<Of> = Of extends { content: { 'application/json': infer Body } } ? Body : never;

/** What a GET of a path, or else a POST, answers with. */
type Answered<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: infer Of } } }
  ? Json<Of>
  : paths[Path] extends { post: { responses: { 201: infer Of } } }
    ? Json<Of>
    : never;

/** A resource object laid flat: its attributes beside its id. */
export type Flat<Path extends keyof paths> =
  Answered<Path> extends { data: infer Data }
    ? Data extends readonly { attributes: infer Attributes }[]
      ? Attributes & { id: string }
      : Data extends { attributes: infer Attributes }
        ? Attributes & { id: string }
        : never
    : never;

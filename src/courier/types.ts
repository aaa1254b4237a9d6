import type { paths } from './openapi.gen.ts';
import type { operations } from './operations.gen.ts';

/** A `METHOD path` of courier's contract. */
export type OperationKey = keyof typeof operations;

/** A path of the contract on which the method is documented. */
export type PathOf<Method extends string> = OperationKey extends infer Key
  ? Key extends `${Method} ${infer Path}`
    ? Path
    : never
  : never;

/** The path of one object. */
export type ItemPath = Extract<PathOf<'GET'>, `${string}/{id}/`>;

/** The actions documented below an object's path. */
export type ActionOf<Path extends string, Method extends string> =
  PathOf<Method> extends infer Key ? (Key extends `${Path}${infer Action}/` ? Action : never) : never;

type Json<Of> = Of extends { content: { 'application/json': infer Body } } ? Body : never;

/** What a GET of a path answers with. */
export type Answered<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: infer Of } };
}
  ? Json<Of>
  : never;

/** A resource object laid flat: its attributes beside its id. */
export type Flat<Path extends keyof paths> =
  Answered<Path> extends { data: { id: string; attributes: infer Attributes } }
    ? Attributes & { id: string }
    : never;

import type { OperationOf } from '../graph/verbs/types.ts';
import type { paths } from './openapi.gen.ts';

/** Every `METHOD path` of Bird's contract. */
export type OperationKey = OperationOf<paths>;

/** The path of one object, or of a list. */
export type ResourcePath = OperationKey extends infer Key
  ? Key extends `GET ${infer Path}`
    ? Path
    : never
  : never;

type Json<Of> = Of extends { content: { 'application/json': infer Body } } ? Body : never;

/** What a GET of a path answers with. */
type Answered<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: infer Of } } }
  ? Json<Of>
  : never;

/** A row of Bird with the workspace it lives in. */
export type InWorkspace<Row> = Omit<Row, 'workspaceId'> & { readonly workspaceId: string };

/** A row as a path answers with it, alone or in a list; what is not known by an id has none. */
export type RowOf<Path extends keyof paths> =
  Answered<Path> extends { results: readonly (infer Row)[] }
    ? InWorkspace<Row> & { id: string }
    : InWorkspace<Answered<Path>> & { id: string };

import type { Measured } from '../plugins/metrics.ts';
import type { Role } from '../start.ts';

/** One metric with its values. */
export type Metric = Measured;

/** What the parent says to a worker. */
export type ToWorker =
  | { readonly say: 'start'; readonly role: Role }
  | { readonly say: 'drain' }
  /** Another worker has changed the thing at a place, so what is kept of it is old. */
  | { readonly say: 'changed'; readonly place: string }
  /** Asks for the worker's metrics, and gives those of all to whom had asked for them. */
  | { readonly say: 'measure'; readonly id: number }
  | { readonly say: 'measured'; readonly id: number; readonly metrics: readonly (readonly Metric[])[] };

/** What a worker says to its parent. */
export type ToParent =
  | { readonly say: 'hello' }
  | { readonly say: 'ready'; readonly url: string; readonly publicUrl: string }
  | { readonly say: 'changed'; readonly place: string }
  | { readonly say: 'gather'; readonly id: number }
  | { readonly say: 'measure'; readonly id: number; readonly metrics: readonly Metric[] };

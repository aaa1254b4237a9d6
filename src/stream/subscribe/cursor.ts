import { InputError } from '../../graph/errors.ts';

/** How a state is told that was read rather than heard: to begin with, or in place of what was missed. */
export type SnapshotVia = 'SNAPSHOT' | 'RECONCILED';

/** Where a subscriber stands. */
export interface StreamCursor {
  /** The log it counts in. */
  readonly epoch: string;
  /** Position of the last entry that it has seen. */
  readonly position: number;
  /** Set while it has seen only a part of a snapshot: that begins again. */
  readonly within: SnapshotVia | undefined;
}

const CURSOR = /^([\w-]{1,64})\.(\d{1,15})(?:\.([sr]))?$/;

/** The opaque cursor of an event. */
export const writeCursor = ({ epoch, position, within }: StreamCursor): string =>
  Buffer.from(`${epoch}.${position}${within ? (within === 'SNAPSHOT' ? '.s' : '.r') : ''}`).toString(
    'base64url',
  );

/**
 * Reads a cursor back.
 *
 * @throws {InputError} it is not one that an event carried
 */
export const readCursor = (cursor: string): StreamCursor => {
  const [, epoch = '', position, within] =
    // Longer than any cursor: not worth decoding.
    (cursor.length <= 128 && CURSOR.exec(Buffer.from(cursor, 'base64url').toString('latin1'))) || [];
  const found: StreamCursor = {
    epoch,
    position: Number(position),
    within: within === undefined ? undefined : within === 's' ? 'SNAPSHOT' : 'RECONCILED',
  };
  // Only the very text that was written: the decoder passes over what is not base64url.
  if (epoch === '' || writeCursor(found) !== cursor) {
    throw new InputError('after', 'is not a cursor of an event');
  }
  return found;
};

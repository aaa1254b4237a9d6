import type { InputFieldBuilder } from '@pothos/core';
import type { BuilderTypes } from '../builder.ts';
import type { Context } from '../context.ts';
import { InputError } from '../graph/errors.ts';
import { isUuid } from '../graph/ids.ts';

/** The input's field that names a workspace. */
export const workspaceField = (t: InputFieldBuilder<BuilderTypes, 'InputObject'>) =>
  t.id({ description: 'Native id of the workspace; by default the configured one.' });

/**
 * The workspace that the input names.
 *
 * @throws {InputError} it is no native id
 */
export const workspaceOf = (context: Context, value: string | null | undefined): string => {
  if (value == null) return context.services.bird?.workspaceId ?? '';
  if (!isUuid(value)) throw new InputError('input.workspaceId', 'is not a native id');
  return value;
};

import { expect, test } from 'vitest';
import { schemaChanges } from '../.ci/schema-changes.ts';

const BEFORE = `
  enum Status { SENT READ }
  type Query { text(id: ID): String status: Status gone: Int }
`;

test('a change of the schema is called what it means to clients', () => {
  const after = `
    enum Status { SENT READ DELETED }
    type Query { text(id: ID, of: ID): String status: Status new: Int }
  `;
  const { breaking, dangerous, safe } = schemaChanges(BEFORE, after);
  expect(breaking).toEqual([expect.stringContaining('gone')]);
  expect(dangerous.join()).toContain('DELETED');
  expect(safe.join()).toContain('new');
  expect(safe.join()).not.toContain('DELETED');
});

test('a schema that has not changed has no changes', () => {
  expect(schemaChanges(BEFORE, BEFORE)).toEqual({ breaking: [], dangerous: [], safe: [] });
});

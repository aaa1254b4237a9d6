import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../bird.ts';

export const BirdAttributeDefinition = resource(
  'BirdAttributeDefinition',
  '/workspaces/{workspaceId}/attribute-definitions/{attributeDefinitionKey}',
);

list(BirdAttributeDefinition);
create(BirdAttributeDefinition);

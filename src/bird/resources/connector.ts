import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { remove } from '../../graph/verbs/remove.ts';
import { resource } from '../bird.ts';

export const BirdConnector = resource('BirdConnector', '/workspaces/{workspaceId}/connectors/{connectorId}');

list(BirdConnector);

// Who changes connectors decides by which ways people are reached at all, so that is the admin's.
create(BirdConnector, {
  description:
    'Installs a connector, which creates its channel. Bird does it in the background: ask for the connector later. It needs the scope `admin`.',
});
remove(BirdConnector, {
  description:
    'Deletes a connector **and its channel**, over which no messages come or go from then on. It cannot be taken back, and needs the scope `admin`.',
});

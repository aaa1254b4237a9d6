import { command, lookUp } from '../bird.ts';

lookUp('phoneLookup', '/workspaces/{workspaceId}/network-lookup');

// By its body it is the same read again; both are documented.
command('lookUpBirdPhone', '/workspaces/{workspaceId}/network-lookup', {
  safe: true,
  description:
    'Looks up a phone number that stands in the body and in no address. `Bird.phoneLookup` asks the same by query.',
});

import { create } from '../../graph/verbs/create.ts';
import { list } from '../../graph/verbs/list.ts';
import { resource } from '../courier.ts';
import { CourierOrganization } from './organization.ts';

export const CourierBookmark = resource('CourierBookmark', '/v1/messaging-bookmarks/{id}/');

list(CourierBookmark).under(CourierOrganization);
create(CourierBookmark);

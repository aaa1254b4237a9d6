/** Both upstreams as the peers read them: fetch, and a DataLoader for each thing that is read by its key. */
import DataLoader from 'dataloader';

const {
  BIRD_API_URL = '',
  BIRD_ACCESS_KEY = '',
  BIRD_WORKSPACE_ID: workspaceId = '',
  COURIER_API_URL = '',
  COURIER_TOKEN = '',
} = process.env;

const read = async <Body>(url: string, authorization: string): Promise<Body> => {
  const response = await fetch(url, { headers: { authorization } });
  if (!response.ok) throw new Error(`${response.status} from ${new URL(url).pathname}`);
  return (await response.json()) as Body;
};

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

export interface Contact {
  readonly id: string;
  readonly computedDisplayName: string;
  readonly featuredIdentifiers: readonly { readonly key: string; readonly value: string }[];
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly status: string;
  readonly createdAt: string;
  readonly body: { readonly text: { readonly text: string } };
  readonly receiver: { readonly contacts: readonly { readonly id: string }[] };
}

interface Resource<Attributes> {
  readonly id: string;
  readonly attributes: Attributes;
}

export type Talk = Resource<{ readonly name: string }>;
type User = Resource<{ readonly 'primary-individual-id': string }>;

/** What one query reads, under the credential of its caller. */
export const openSources = (caller: string | null | undefined) => {
  const bird = <Body>(path: string) =>
    read<Body>(`${BIRD_API_URL}/workspaces/${workspaceId}${path}`, `AccessKey ${BIRD_ACCESS_KEY}`);
  const courier = <Body>(path: string) =>
    read<Body>(`${COURIER_API_URL}${path}`, caller || `Bearer ${COURIER_TOKEN}`);
  return {
    workspaceId,
    messages: async (first: number, since: string | undefined) => {
      const query = new URLSearchParams({ limit: String(first), ...(since && { startAt: since }) });
      return (await bird<{ results: Message[] }>(`/channels/messages?${query}`)).results;
    },
    contacts: async (first: number, after: string | undefined) => {
      const page = after && JSON.parse(Buffer.from(after, 'base64url').toString()).p;
      const query = new URLSearchParams({ limit: String(first), ...(page && { pageToken: page }) });
      return (await bird<{ results: Contact[] }>(`/contacts?${query}`)).results;
    },
    channel: new DataLoader<string, Channel>(async (ids) => {
      if (ids.length === 1) return [await bird<Channel>(`/channels/${ids[0]}`)];
      const query = new URLSearchParams([...ids.map((id) => ['id', id]), ['limit', String(ids.length)]]);
      const { results } = await bird<{ results: Channel[] }>(`/channels?${query}`);
      const byId = new Map(results.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? new Error(`no channel ${id}`));
    }),
    contact: new DataLoader<string, Contact>((ids) =>
      Promise.all(ids.map((id) => bird<Contact>(`/contacts/${id}`))),
    ),
    individualByEmail: new DataLoader<string, string | undefined>((emails) =>
      Promise.all(
        emails.map(async (email) => {
          const query = new URLSearchParams({ 'filter[email]': email });
          const { data } = await courier<{ data: User[] }>(`/v1/users/?${query}`);
          return data[0]?.attributes['primary-individual-id'];
        }),
      ),
    ),
    talks: async (individualId: string, first: number) => {
      const query = new URLSearchParams({ 'participant-id': individualId, 'page[limit]': String(first) });
      return (await courier<{ data: Talk[] }>(`/v1/messaging-channels/?${query}`)).data;
    },
  };
};

export type Sources = ReturnType<typeof openSources>;

// An inbox over Pigeon's graph. Everything it asks stands first; below is what any page has to do with the answers.
// It is one file, long as it is, so that it can be copied and read from its beginning to its end.
import { createClient } from '/demo/graphql-ws.js';

/** A conversation as the list shows it. */
const ROW = `fragment Row on Conversation {
  id source unread lastActivityAt
  channel { id name }
  participants { name self contact { id } }
  lastMessage { id text }
}`;

/** A message as the timeline shows it. */
const BUBBLE = `fragment Bubble on Message {
  id clientId text direction status createdAt
  author { name }
  attachments { url name contentType }
}`;

/** A page of the list: a handful of REST calls, however many rows it has. */
const LIST = `query List($after: String) {
  conversations(first: 30, after: $after) {
    nodes { ...Row }
    sources { source status error }
    pageInfo { hasNextPage endCursor }
  }
} ${ROW}`;

/** A conversation by its id, which may be older than what the list shows. */
const CONVERSATION = `query Conversation($id: ID!) { node(id: $id) { ...Row } } ${ROW}`;

/** A page of what was said, newest first. */
const MESSAGES = `query Messages($id: ID!, $after: String) {
  node(id: $id) {
    ... on Conversation {
      messages(first: 20, after: $after) {
        nodes { ...Bubble }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
} ${BUBBLE}`;

/** New messages: everywhere, or in the conversations that are named, about which an upstream that is silent is asked. */
const ADDED = `subscription Added($conversations: [ID!], $after: String) {
  messageAdded(conversations: $conversations, after: $after) {
    cursor via conversationId message { ...Bubble }
  }
} ${BUBBLE}`;

/** How far messages come. */
const STATUS = `subscription Status($conversations: [ID!]!, $after: String) {
  messageStatusChanged(conversations: $conversations, after: $after) { cursor via messageId status }
}`;

const PREPARE = `mutation Prepare($input: PrepareUploadInput!) {
  prepareUpload(input: $input) { slot { uploadId url method fields } }
}`;

const SEND = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { message { ...Bubble } }
} ${BUBBLE}`;

const READ = `mutation Read($id: ID!) {
  acknowledgeCourierMessage(input: { id: $id }) { message { id } }
}`;

/** Asks over HTTP. What failed alone is missing from the answer; where nothing came, the error is thrown. */
const ask = async (query, variables = {}) => {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  const isEmpty = !data || Object.values(data).every((value) => value === null);
  if (errors && isEmpty) throw new Error(errors.map(({ message }) => message).join('; '));
  return data;
};

/** One socket carries all subscriptions, and comes back after every break. */
const live = createClient({
  url: `${location.origin.replace('http', 'ws')}/graphql`,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  retryWait: (tries) => new Promise((go) => setTimeout(go, Math.min(1000 * 2 ** tries, 30_000))),
});

/** Subscribes and returns what ends it. A reconnect sends `after`, and so goes on right behind the last event. */
const watch = (query, conversations, each) => {
  const variables = { ...(conversations && { conversations }) };
  return live.subscribe(
    { query, variables },
    {
      next: ({ data }) => {
        const [event] = Object.values(data ?? {});
        if (!event) return;
        variables.after = event.cursor;
        each(event);
      },
      error: (error) => console.warn('a subscription ended', error),
      complete: () => {},
    },
  );
};

const at = (id) => document.getElementById(id);
const list = at('list');
const messages = at('messages');
const scroller = at('scroller');

const make = (name, className = '', text = '') => {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
};

const tell = (place, text = '') => {
  at(place).textContent = text;
  at(place).hidden = text === '';
};

/** A time of today, or else a day. */
const when = (stamp) => {
  const time = new Date(stamp);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday
    ? time.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : time.toLocaleDateString([], { day: 'numeric', month: 'short' });
};

/** Runs when an element comes near the edge of what scrolls, and again for as long as it stays there. */
const whenNear = (element, root, load) => {
  const observer = new IntersectionObserver(
    async ([entry]) => {
      if (!entry.isIntersecting || !(await load())) return;
      observer.unobserve(element);
      observer.observe(element);
    },
    { root, rootMargin: '300px' },
  );
  observer.observe(element);
};

/** The conversation that is shown; a new object each time that one is opened. */
let open;

// The list.

/** What the list knows by conversation: its row, and the ids of what came in since it was looked at. */
const rows = new Map();
const end = make('li');
end.ariaHidden = 'true';
list.append(end);
let listed = { hasNextPage: true };

const nameOf = ({ participants, channel }) => {
  const others = (participants ?? []).flatMap(({ name, self }) => (self || !name ? [] : [name]));
  return others.join(', ') || channel?.name || 'Nobody';
};

const overOf = ({ source, channel }) => (source === 'BIRD' ? `Bird · ${channel?.name ?? ''}` : 'courier');

const draw = (row) => {
  const { conversation, li, fresh } = row;
  const link = li.firstChild;
  const unread = (conversation.unread ?? 0) + fresh.size;
  const [name, time, last, count, over] = link.children;
  name.textContent = nameOf(conversation);
  time.textContent = when(conversation.lastActivityAt);
  last.textContent = conversation.lastMessage?.text || 'A picture or a file';
  count.replaceChildren(...(unread > 0 ? [`${unread}`, make('span', 'unseen', ' unread')] : []));
  over.textContent = overOf(conversation);
  // The list is in the order of times; a row that is moved keeps the focus.
  const next = [...list.children].find(
    (one) => one !== li && (one === end || one.dataset.at < conversation.lastActivityAt),
  );
  li.dataset.at = conversation.lastActivityAt;
  if (li.nextSibling === next) return;
  const hadFocus = document.activeElement === link;
  list.insertBefore(li, next);
  if (hadFocus) link.focus({ preventScroll: true });
};

const put = (conversation) => {
  let row = rows.get(conversation.id);
  if (!row) {
    const li = make('li');
    const link = make('a');
    link.href = `#${encodeURIComponent(conversation.id)}`;
    link.append(...['name', 'time', 'last', 'unread', 'over'].map((part) => make('span', part)));
    li.append(link);
    row = { li, fresh: new Set() };
    rows.set(conversation.id, row);
  }
  // Only courier counts what was read; what came in over Bird is counted here.
  if (conversation.unread !== null) row.fresh.clear();
  row.conversation = conversation;
  draw(row);
  // What came in where somebody looks is read already.
  if (open?.newest && open.id === conversation.id && conversation.unread) markRead(open);
};

const readList = async (after) => {
  try {
    const { conversations } = await ask(LIST, { after });
    for (const conversation of conversations.nodes) put(conversation);
    const failed = conversations.sources.filter(({ status }) => status === 'FAILED');
    tell('missing', failed.map(({ source }) => `${source} does not answer.`).join(' '));
    return conversations.pageInfo;
  } catch (error) {
    tell('missing', error.message);
  }
};

const readMoreOfList = async () => {
  if (!listed.hasNextPage) return false;
  const page = await readList(listed.endCursor);
  listed = page ?? listed;
  return page !== undefined;
};

// The open conversation.

/** What was written and not sent yet, by conversation. */
const unsent = new Map();

const TICKS = {
  DRAFT: '…',
  SCHEDULED: '…',
  ACCEPTED: '…',
  PROCESSING: '…',
  SENT: '✓',
  DELIVERED: '✓✓',
  READ: '✓✓',
  FAILED: '!',
  REJECTED: '!',
  SKIPPED: '!',
};

const showStatus = (bubble, status) => {
  const tick = bubble.querySelector('.tick');
  if (!tick) return;
  const isFault = TICKS[status] === '!';
  tick.dataset.status = isFault ? 'FAILED' : status;
  tick.textContent = TICKS[status] ?? '';
  tick.title = status.toLowerCase();
  tick.role = 'img';
  tick.ariaLabel = status.toLowerCase();
};

/** A file of a message. Pictures are shown from where the page's policy lets them come; all else is a link. */
const drawFile = ({ url, name, contentType }, shown) => {
  const from = shown ?? url;
  const isShown = from && (shown || new URL(from).origin === document.body.dataset.files);
  if (isShown && (!contentType || contentType.startsWith('image/'))) {
    const image = make('img');
    image.alt = name ?? 'A picture';
    image.addEventListener('load', keepAtEnd);
    image.src = from;
    return image;
  }
  const file = make(url ? 'a' : 'span', 'file', `File: ${name ?? contentType ?? 'unnamed'}`);
  if (url) Object.assign(file, { href: url, target: '_blank', rel: 'noreferrer' });
  return file;
};

const bubbleOf = ({ text, direction, status, createdAt, author, attachments }, shown) => {
  const isOurs = direction === 'OUTGOING';
  const li = make('li', isOurs ? 'ours' : '');
  if (author?.name) li.append(make('div', 'author', author.name));
  for (const attachment of attachments ?? []) li.append(drawFile(attachment, shown));
  if (text) li.append(make('div', 'words', text));
  const meta = make('div', 'meta', when(createdAt));
  li.append(meta);
  if (isOurs) {
    meta.append(make('span', 'tick'));
    showStatus(li, status);
  }
  return li;
};

const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60;
const toEnd = () => {
  scroller.scrollTop = scroller.scrollHeight;
};
let wasAtEnd = true;
const keepAtEnd = () => wasAtEnd && toEnd();
scroller.addEventListener('scroll', () => {
  wasAtEnd = isAtEnd();
});

new ResizeObserver(keepAtEnd).observe(scroller);

/** Shows a message where it belongs, once. */
const place = (to, message, { isOlder = false } = {}) => {
  const { id, clientId, status } = message;
  if (to.bubbles.has(id)) return;
  // The step of a status may have come before the message.
  const known = { ...message, status: to.told.get(id) ?? status };
  const draft = to.drafts.get(clientId);
  const bubble = bubbleOf(known, draft?.shown);
  to.bubbles.set(id, bubble);
  if (!isOlder || to.newest === undefined) to.newest = id;
  if (draft?.bubble.isConnected) {
    draft.bubble.replaceWith(bubble);
  } else if (isOlder) {
    messages.prepend(bubble);
  } else {
    messages.append(bubble);
    if (message.direction === 'INCOMING') {
      tell('announced', `${message.author?.name ?? 'They'}: ${message.text ?? 'a picture'}`);
    }
  }
  if (!isOlder) keepAtEnd();
};

/** Reads the next older page; what is being read stays where it is. */
const readOlder = async (from) => {
  if (!from || from.isReading || !from.hasNextPage) return false;
  from.isReading = true;
  try {
    const { node } = await ask(MESSAGES, { id: from.id, after: from.endCursor });
    if (from !== open || !node) return false;
    const isFirst = from.endCursor === undefined;
    const below = scroller.scrollHeight - scroller.scrollTop;
    for (const message of node.messages.nodes) place(from, message, { isOlder: true });
    Object.assign(from, node.messages.pageInfo);
    if (isFirst) toEnd();
    else scroller.scrollTop = scroller.scrollHeight - below;
    if (isFirst) await markRead(from);
    return true;
  } catch (error) {
    if (from === open) tell('fault', error.message);
    return false;
  } finally {
    from.isReading = false;
  }
};

/** Tells courier that all is read; Bird cannot be told. */
const markRead = async ({ id, newest, conversation: opened }) => {
  const row = rows.get(id);
  const { source, unread } = row?.conversation ?? opened;
  if (source === 'COURIER' && unread && newest) await ask(READ, { id: newest }).catch(console.warn);
  if (!row) return;
  row.conversation = { ...row.conversation, unread: unread && 0 };
  row.fresh.clear();
  draw(row);
};

const show = async () => {
  const id = location.hash === '#list' ? '' : decodeURIComponent(location.hash.slice(1));
  const closed = open;
  for (const stop of closed?.stops ?? []) stop();
  if (closed) unsent.set(closed.id, text.value);
  text.value = unsent.get(id) ?? '';
  open = undefined;
  document.body.classList.toggle('open', id !== '');
  for (const link of list.querySelectorAll('[aria-current]')) link.removeAttribute('aria-current');
  at('conversation').hidden = id === '';
  at('nothing').hidden = id !== '';
  messages.replaceChildren();
  tell('fault');
  choose();
  if (!id) return rows.get(closed?.id)?.li.firstChild.focus();
  const here = { id, bubbles: new Map(), told: new Map(), drafts: new Map(), stops: [], hasNextPage: true };
  open = here;
  try {
    here.conversation = rows.get(id)?.conversation ?? (await ask(CONVERSATION, { id })).node;
  } catch (error) {
    tell('fault', error.message);
  }
  if (open !== here) return;
  at('title').textContent = here.conversation ? nameOf(here.conversation) : 'Not found';
  at('channel').textContent = here.conversation ? overOf(here.conversation) : '';
  at('title').focus({ preventScroll: true });
  rows.get(id)?.li.firstChild.setAttribute('aria-current', 'page');
  if (!here.conversation) return;
  wasAtEnd = true;
  // What happens while the first page is read is not missed.
  here.stops.push(
    watch(STATUS, [id], ({ messageId, status, via }) => {
      if (via === 'GAP') return show();
      here.told.set(messageId, status);
      const bubble = here.bubbles.get(messageId);
      if (bubble) showStatus(bubble, status);
    }),
  );
  here.stops.push(watch(ADDED, [id], added));
  do await readOlder(here);
  while (
    open === here &&
    here.hasNextPage &&
    scroller.scrollHeight <= scroller.clientHeight &&
    here.endCursor
  );
};

/** A message is new: somewhere, or in the open conversation. It may be told more than once. */
const added = async ({ via, conversationId, message }) => {
  if (via === 'GAP') {
    readList();
    return show();
  }
  if (!message) return;
  const here = open?.id === conversationId ? open : undefined;
  if (here) place(here, message);
  if (!rows.has(conversationId)) await readList();
  const row = rows.get(conversationId);
  if (!row) return;
  const { conversation, fresh } = row;
  if (!here && message.direction === 'INCOMING') fresh.add(message.id);
  if (conversation.lastMessage?.id !== message.id && message.createdAt >= conversation.lastActivityAt)
    row.conversation = { ...conversation, lastMessage: message, lastActivityAt: message.createdAt };
  draw(row);
};

// Sending.

const picture = at('picture');
const text = at('text');

/** Shows which picture goes with the message; none without an argument. */
function choose(file) {
  if (!file) picture.value = '';
  at('chosen').hidden = !file;
  at('filename').textContent = file?.name ?? '';
  if (file) at('preview').src = URL.createObjectURL(file);
  else at('preview').removeAttribute('src');
}

const upload = async (channelId, file) => {
  const input = { channelId, contentType: file.type, filename: file.name };
  const { slot } = (await ask(PREPARE, { input })).prepareUpload;
  const form = new FormData();
  for (const [name, value] of Object.entries(slot.fields)) form.append(name, value);
  form.append('file', file);
  const { ok } = await fetch(slot.url, { method: slot.method, body: form });
  if (!ok) throw new Error('the picture could not be uploaded');
  return { uploadId: slot.uploadId };
};

/** Sends a draft. It may be tried again: with the same key it is sent once. */
const send = async (to, draft) => {
  draft.bubble.classList.remove('failed');
  draft.bubble.querySelector('.why')?.remove();
  showStatus(draft.bubble, 'ACCEPTED');
  const { source, channel, participants } = to.conversation;
  try {
    // What is uploaded once is not uploaded again.
    if (draft.file) draft.attachments ??= [await upload(channel.id, draft.file)];
    const { sendMessage } = await ask(SEND, {
      input: {
        channelId: channel.id,
        ...(source === 'BIRD' && { contactId: participants[0].contact.id }),
        ...(draft.text && { text: draft.text }),
        ...(draft.attachments && { attachments: draft.attachments }),
        clientId: draft.clientId,
        idempotencyKey: draft.clientId,
      },
    });
    if (sendMessage.message) added({ conversationId: to.id, message: sendMessage.message });
  } catch (error) {
    const why = make('div', 'why fault', `${error.message} `);
    why.role = 'alert';
    const again = make('button', '', 'Try again');
    again.addEventListener('click', () => send(to, draft));
    why.append(again);
    draft.bubble.classList.add('failed');
    showStatus(draft.bubble, 'FAILED');
    draft.bubble.append(why);
    if (to === open) toEnd();
  }
};

at('form').addEventListener('submit', (event) => {
  event.preventDefault();
  const [file] = picture.files;
  const words = text.value.trim();
  if (!open?.conversation || (!words && !file)) return;
  const clientId = [...crypto.getRandomValues(new Uint32Array(4))].join('-');
  const draft = { clientId, text: words, file, shown: file && URL.createObjectURL(file) };
  const attachments = file ? [{ name: file.name, contentType: file.type }] : [];
  const createdAt = new Date().toISOString();
  const message = { text: words, direction: 'OUTGOING', status: 'ACCEPTED', createdAt, attachments };
  draft.bubble = bubbleOf(message, draft.shown);
  open.drafts.set(clientId, draft);
  messages.append(draft.bubble);
  toEnd();
  text.value = '';
  choose();
  send(open, draft);
});
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  at('form').requestSubmit();
});
picture.addEventListener('change', () => choose(picture.files[0]));
at('remove').addEventListener('click', () => choose());

// The theme: the system's, unless one is chosen.

const theme = at('theme');
const applyTheme = () => {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('theme', theme.value);
};
theme.value = localStorage.getItem('theme') ?? '';
applyTheme();
theme.addEventListener('change', applyTheme);

window.addEventListener('hashchange', show);
await readMoreOfList();
await show();
whenNear(end, list, readMoreOfList);
whenNear(at('older'), scroller, () => readOlder(open));
watch(ADDED, undefined, added);
// courier tells nobody of new messages, so the top of the list is read again while somebody looks at it.
setInterval(() => document.visibilityState === 'visible' && readList(), 20_000);

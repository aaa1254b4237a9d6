/** Ids that the example queries name. */
export interface Examples {
  readonly email: string;
  readonly birdChannelId: string;
  readonly birdContactId: string;
  readonly courierIndividualId: string;
}

/** A tab of GraphiQL. */
export interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/** Stand-ins where nobody is known: to be replaced by ids of one's own. */
const PLACEHOLDERS: Examples = {
  email: 'somebody@example.com',
  birdChannelId: '00000000-0000-0000-0000-000000000000',
  birdContactId: '00000000-0000-0000-0000-000000000000',
  courierIndividualId: '00000000-0000-0000-0000-000000000000',
};

/** What a newcomer wants to see first, one tab each. */
export const tabs = (examples: Examples = PLACEHOLDERS): readonly Tab[] => [
  {
    query: `# Welcome to Pigeon: one graph over two messaging APIs, Bird and courier.
#
# Press ▶ (or Ctrl-Enter) to ask. Ctrl-Space shows what else can be asked,
# and the book on the left explains every type and which REST call it stands for.
# The tabs above: a person's messages, sending a message, watching its status.

query BothApis {
  # Channels of both, with their newest messages, in one vocabulary.
  channels(first: 4) {
    nodes {
      source
      name
      messages(first: 2) {
        nodes { direction status text createdAt author { name } }
      }
    }
  }
  # What only one of them has stands under its name.
  bird {
    contacts(first: 3) {
      nodes { displayName individuals { confidence individual { firstName lastName } } }
    }
  }
  courier {
    individual(id: "${examples.courierIndividualId}") {
      firstName
      lastName
      channels(first: 2) { nodes { name messages(first: 1) { nodes { text author { name } } } } }
    }
  }
}
`,
  },
  {
    query: `# A person: who they are in both APIs, and everything said to and by them, newest first.
# The variables below hold the address to look for.

query PersonsMessages($email: String!) {
  person(by: { email: $email }) {
    contacts { basis confidence contact { displayName } }
    individuals { basis confidence individual { firstName lastName } }
    timeline(first: 20) {
      nodes { source direction status text createdAt author { name } }
      sources { source status error }
      pageInfo { hasNextPage endCursor }
    }
  }
}
`,
    variables: pretty({ email: examples.email }),
  },
  {
    query: `# Send a message. The channel decides which API carries it.
# Bird needs a contact (or \`to\`, a phone number or an address) beside the channel.

mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id status text createdAt channel { name } }
  }
}
`,
    variables: pretty({
      input: {
        channelId: examples.birdChannelId,
        contactId: examples.birdContactId,
        text: 'Hello from Pigeon!',
      },
    }),
  },
  {
    query: `# Watch how far messages come. Press ▶, then send one in the tab before:
# each step arrives here by itself. Press ■ to stop.

subscription Watch($channels: [ID!]) {
  messageStatusChanged(channels: $channels) {
    cursor
    status
    previous
    occurredAt
    via
    message { text direction }
  }
}
`,
    variables: pretty({ channels: [examples.birdChannelId] }),
  },
];

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

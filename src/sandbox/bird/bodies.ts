import type { Dictionary } from '../dictionary.ts';

const media = (name: string) => `https://media.example.com/harbour/${name}`;
const reply = (text: string) => ({ type: 'reply', reply: { text } });
const link = (text: string, path: string) => ({
  type: 'link',
  link: { text, url: `https://harbour.example.org/${path}` },
});

/** A plain text. */
export function textBody(text: string, more: Record<string, unknown> = {}): Dictionary {
  return { type: 'text', text: { text, ...more } };
}

/** An email with a subject, as text and as HTML. */
export function htmlBody(subject: string, text: string): Dictionary {
  return {
    type: 'html',
    html: {
      text,
      html: `<p>${text}</p><p>Your team at Harbour Clinic</p>`,
      metadata: { subject, openTracking: true },
    },
  };
}

/** One body of every type that Bird documents, and one of a type it does not. */
export const exhibits: Record<string, Dictionary> = {
  text: textBody('Would you like to confirm your appointment on Thursday at 10:30?', {
    actions: [reply('Confirm'), reply('Another day'), link('Directions', 'directions')],
    metadata: { whatsapp: { previewUrl: false } },
  }),
  html: {
    type: 'html',
    html: {
      html: '<h1>Your visit summary</h1><p>Blood pressure 128/82, all else well. The full report is attached.</p>',
      text: 'Your visit summary: blood pressure 128/82, all else well. The full report is attached.',
      attachments: [{ mediaUrl: media('visit-summary.pdf'), filename: 'visit-summary.pdf', inline: false }],
      metadata: { subject: 'Your visit summary', openTracking: true, clickTracking: true },
    },
  },
  image: {
    type: 'image',
    image: {
      text: 'This is how the bandage should look.',
      images: [{ mediaUrl: media('bandage.jpg'), altText: 'A neatly bandaged wrist' }],
    },
  },
  file: {
    type: 'file',
    file: {
      text: 'Your exercise plan',
      files: [
        {
          mediaUrl: media('exercise-plan.pdf'),
          contentType: 'application/pdf',
          filename: 'exercise-plan.pdf',
        },
      ],
    },
  },
  gif: {
    type: 'gif',
    gif: { mediaUrl: media('well-done.gif'), text: 'Well done!', altText: 'A cat that applauds' },
  },
  location: {
    type: 'location',
    location: {
      coordinates: { latitude: 38.8977, longitude: -77.0365 },
      location: { address: '12 Mill Lane', label: 'Harbour Clinic, main entrance' },
    },
  },
  carousel: {
    type: 'carousel',
    carousel: {
      text: 'Walking boots that are back in stock',
      items: ['blue', 'brown'].map((colour) => ({
        title: `Trail boot, ${colour}`,
        description: 'Sizes 36 to 47',
        mediaUrl: media(`boot-${colour}.jpg`),
        altText: `A ${colour} boot`,
        actions: [link('See it', `shop/boot-${colour}`)],
      })),
    },
  },
  list: {
    type: 'list',
    list: {
      title: 'Choose a time',
      text: 'These are free next week:',
      items: ['Monday 9:15', 'Tuesday 11:20', 'Friday 15:10'].map((title) => ({
        title,
        description: 'with Dr. Rahimi',
        actions: [
          { type: 'postback', postback: { text: title, payload: title.toLowerCase().replaceAll(' ', '-') } },
        ],
      })),
      metadata: { button: { label: 'See times' } },
    },
  },
  section: {
    type: 'section',
    section: {
      items: [
        textBody('Before your blood test'),
        {
          type: 'image',
          image: { images: [{ mediaUrl: media('glass-of-water.jpg'), altText: 'A glass of water' }] },
        },
      ],
      configurations: { layout: 'stacked' },
    },
  },
  authentication: {
    type: 'authentication',
    authentication: { otp: { disclaimer: 'Do not share this code with anybody.', expirationTime: 10 } },
  },
  action: { type: 'action', permission_request: { resource: 'call' } },
  unknown: {
    type: 'sticker',
    sticker: { packId: 'harbour-summer', stickerId: 'sailing-boat', mediaUrl: media('sailing-boat.webp') },
  },
};

/** A WhatsApp template, which stands in place of a body. */
export const templateExhibit = {
  projectId: 'b8b2a6de-6a0e-4a3b-9a7d-0f6f4d9f6b11',
  version: 'latest',
  locale: 'en',
  name: 'appointment_reminder',
  parameters: [
    { type: 'string', key: 'first_name', value: 'Amina' },
    { type: 'string', key: 'time', value: 'Thursday 10:30' },
  ],
  variables: { clinic: 'Harbour Clinic' },
};

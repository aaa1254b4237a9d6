import { builder } from '../builder.ts';
import { PERSONAL } from '../graph/personal.ts';
import { objectType } from './bird.ts';
import { Action, Attachment, Item, Media } from './body-parts.ts';
import type { components } from './openapi.gen.ts';

type Schemas = components['schemas'];
type Body = Schemas['MessageBody'];

/** What a message carries: a body, or the template that was sent in its place. */
export type Content = Body | { readonly type: 'template'; readonly template: Schemas['MessageTemplate'] };

const TEXT = { description: 'Its words.' };
const ACTIONS = { type: [Action] as [typeof Action], description: 'What can be tapped under it.' };
const METADATA = { description: 'What only some platforms know.' };
const SUBJECT = { description: 'The subject, on email and MMS.' };

const TextBody = builder.objectRef<Body>('BirdTextBody').implement({
  description: 'Plain text.',
  fields: (t) => ({
    text: t.string({ ...TEXT, resolve: (body) => body.text?.text }),
    attachments: t.field({
      type: [Attachment],
      description: 'Its files.',
      resolve: (body) => body.text?.attachments,
    }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.text?.actions }),
    subject: t.string({ ...SUBJECT, resolve: (body) => body.text?.metadata?.subject }),
    metadata: t.field({
      ...METADATA,
      type: objectType('TextMetadata'),
      resolve: (body) => body.text?.metadata,
    }),
  }),
});

const HtmlBody = builder.objectRef<Body>('BirdHtmlBody').implement({
  description: 'A page of HTML, as in an email. Show it only sanitized.',
  fields: (t) => ({
    html: t.string({ description: 'The page as HTML source.', resolve: (body) => body.html?.html }),
    text: t.string({ ...TEXT, resolve: (body) => body.html?.text }),
    subject: t.string({
      description: 'The subject of the email.',
      resolve: (body) => body.html?.metadata?.subject,
    }),
    attachments: t.field({
      type: [Attachment],
      description: 'Its files.',
      resolve: (body) => body.html?.attachments,
    }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.html?.actions }),
    metadata: t.field({
      ...METADATA,
      type: objectType('HtmlMetadata'),
      resolve: (body) => body.html?.metadata,
    }),
  }),
});

const ImageBody = builder.objectRef<Body>('BirdImageBody').implement({
  description: 'One picture or several, with a text.',
  fields: (t) => ({
    images: t.field({
      type: [Media],
      description: 'The pictures, in the order in which they are shown.',
      resolve: (body) => body.image?.images,
    }),
    text: t.string({ ...TEXT, resolve: (body) => body.image?.text }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.image?.actions }),
    subject: t.string({ ...SUBJECT, resolve: (body) => body.image?.metadata?.subject }),
    metadata: t.field({
      ...METADATA,
      type: objectType('MediaMetadata'),
      resolve: (body) => body.image?.metadata,
    }),
  }),
});

const FileBody = builder.objectRef<Body>('BirdFileBody').implement({
  description: 'Files: sound, video, documents.',
  fields: (t) => ({
    files: t.field({
      type: [Media],
      description: 'The files, each with its media type.',
      resolve: (body) => body.file?.files,
    }),
    text: t.string({ ...TEXT, resolve: (body) => body.file?.text }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.file?.actions }),
    subject: t.string({ ...SUBJECT, resolve: (body) => body.file?.metadata?.subject }),
    metadata: t.field({
      ...METADATA,
      type: objectType('MediaMetadata'),
      resolve: (body) => body.file?.metadata,
    }),
  }),
});

const GifBody = builder.objectRef<Body>('BirdGifBody').implement({
  description: 'A moving picture.',
  fields: (t) => ({
    mediaUrl: t.string({ description: 'Where it is.', resolve: (body) => body.gif?.mediaUrl }),
    altText: t.string({
      description: 'What to read out in its place.',
      resolve: (body) => body.gif?.altText,
    }),
    text: t.string({ ...TEXT, resolve: (body) => body.gif?.text }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.gif?.actions }),
    metadata: t.field({
      ...METADATA,
      type: objectType('GifMetadata'),
      resolve: (body) => body.gif?.metadata,
    }),
  }),
});

const LocationBody = builder.objectRef<Body>('BirdLocationBody').implement({
  description: 'A place.',
  fields: (t) => ({
    latitude: t.float({
      description: 'Degrees north, −90 to 90.',
      resolve: (body) => body.location?.coordinates?.latitude,
    }),
    longitude: t.float({
      description: 'Degrees east, −180 to 180.',
      resolve: (body) => body.location?.coordinates?.longitude,
    }),
    address: t.string({
      description: 'The postal address of the place.',
      resolve: (body) => body.location?.location?.address,
    }),
    label: t.string({
      description: 'What the place is called.',
      resolve: (body) => body.location?.location?.label,
    }),
  }),
});

const CarouselBody = builder.objectRef<Body>('BirdCarouselBody').implement({
  description: 'Cards side by side.',
  fields: (t) => ({
    items: t.field({ type: [Item], description: 'The cards.', resolve: (body) => body.carousel?.items }),
    text: t.string({ ...TEXT, resolve: (body) => body.carousel?.text }),
  }),
});

const ListBody = builder.objectRef<Body>('BirdListBody').implement({
  description: 'Rows to choose from.',
  fields: (t) => ({
    title: t.string({ description: 'The heading above the rows.', resolve: (body) => body.list?.title }),
    text: t.string({ ...TEXT, resolve: (body) => body.list?.text }),
    altText: t.string({
      description: 'What to read out in its place.',
      resolve: (body) => body.list?.altText,
    }),
    items: t.field({ type: [Item], description: 'The rows.', resolve: (body) => body.list?.items }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.list?.actions }),
    metadata: t.field({
      ...METADATA,
      type: objectType('ListMetadata'),
      resolve: (body) => body.list?.metadata,
    }),
  }),
});

const SectionBody = builder.objectRef<Body>('BirdSectionBody');

const AuthenticationBody = builder.objectRef<Body>('BirdAuthenticationBody').implement({
  description: 'A one-time password.',
  fields: (t) => ({
    disclaimer: t.field({
      type: 'JSON',
      description: 'The warning that goes with it.',
      resolve: (body) => body.authentication?.otp?.disclaimer,
    }),
    expirationTime: t.int({
      description: 'How long it lasts, in Bird’s unit.',
      resolve: (body) => body.authentication?.otp?.expirationTime,
    }),
    actions: t.field({ ...ACTIONS, resolve: (body) => body.authentication?.otp?.actions }),
  }),
});

const ActionBody = builder.objectRef<Body>('BirdActionBody').implement({
  description: 'A request for a permission, such as to call.',
  fields: (t) => ({
    resource: t.string({
      description: 'What is asked for, such as `call`.',
      resolve: (body) => body.permission_request?.resource,
    }),
  }),
});

const TemplateBody = builder
  .objectRef<Extract<Content, { readonly type: 'template' }>>('BirdTemplateBody')
  .implement({
    description: 'A prepared template that was sent in place of a body.',
    fields: (t) => ({
      projectId: t.string({
        description: 'The project in Bird’s Studio that holds the template.',
        resolve: ({ template }) => template.projectId,
      }),
      version: t.string({
        description: 'Its version, or `latest`.',
        resolve: ({ template }) => template.version,
      }),
      locale: t.string({ description: 'Its language.', resolve: ({ template }) => template.locale }),
      name: t.string({ description: 'Its name on the platform.', resolve: ({ template }) => template.name }),
      parameters: t.field({
        type: [objectType('TemplateParameter')],
        description: 'The values filled in.',
        resolve: ({ template }) => template.parameters,
      }),
      variables: t.field({
        type: 'JSON',
        description: 'The values filled in, older style.',
        resolve: ({ template }) => template.variables,
      }),
      attachments: t.field({
        type: [Attachment],
        description: 'Its files.',
        resolve: ({ template }) => template.attachments,
      }),
      settings: t.field({
        type: objectType('TemplateSettings'),
        description: 'How it is sent over WhatsApp.',
        resolve: ({ template }) => template.settings,
      }),
      shortLinks: t.field({
        type: objectType('TemplateShortLinks'),
        description: 'How its links are shortened.',
        resolve: ({ template }) => template.shortLinks,
      }),
      utmParameters: t.field({
        type: [objectType('UtmParameter')],
        description: 'Tracking parameters that are added to its links.',
        resolve: ({ template }) => template.utmParameters,
      }),
    }),
  });

const UnknownBody = builder.objectRef<Content>('UnknownBody').implement({
  description: 'A body that the upstream’s document does not know.',
  fields: (t) => ({
    type: t.string({ description: 'The upstream’s word for its type.', resolve: (body) => body.type }),
    json: t.field({ type: 'JSON', description: 'The body as it came.', resolve: (body) => body }),
  }),
});

/** The types by their word, each with the key its content stands under. */
const KNOWN = {
  text: ['text', TextBody],
  html: ['html', HtmlBody],
  image: ['image', ImageBody],
  file: ['file', FileBody],
  gif: ['gif', GifBody],
  location: ['location', LocationBody],
  carousel: ['carousel', CarouselBody],
  list: ['list', ListBody],
  section: ['section', SectionBody],
  authentication: ['authentication', AuthenticationBody],
  action: ['permission_request', ActionBody],
  permission_request: ['permission_request', ActionBody],
  template: ['template', TemplateBody],
} as const;

const isKnown = (type: string): type is keyof typeof KNOWN => Object.hasOwn(KNOWN, type);

export const BirdMessageBody = builder.unionType('BirdMessageBody', {
  description: 'What a message carries, by its type.',
  extensions: PERSONAL,
  types: [
    TextBody,
    HtmlBody,
    ImageBody,
    FileBody,
    GifBody,
    LocationBody,
    CarouselBody,
    ListBody,
    SectionBody,
    AuthenticationBody,
    ActionBody,
    TemplateBody,
    UnknownBody,
  ],
  resolveType: (body) => {
    if (!isKnown(body.type)) return UnknownBody;
    const [key, type] = KNOWN[body.type];
    // Without its content a body of a known type would be an empty shell.
    return key in body ? type : UnknownBody;
  },
});

SectionBody.implement({
  description: 'Bodies one below the other.',
  fields: (t) => ({
    items: t.field({
      type: [BirdMessageBody],
      description: 'The bodies.',
      resolve: (body) => body.section?.items,
    }),
    configurations: t.field({
      type: 'JSON',
      description: 'How they are laid out.',
      resolve: (body) => body.section?.configurations,
    }),
  }),
});

/** What a body says as plain text; null when it says nothing. */
export const textOf = (body: Body | undefined): string | null => {
  if (!body) return null;
  const { text, html, image, file, gif, carousel, list, section } = body;
  const said = (text ?? html ?? image ?? file ?? gif ?? carousel ?? list)?.text;
  if (said) return said;
  return section?.items?.map(textOf).filter(Boolean).join('\n') || null;
};

/** The subject of a body, where it has one. */
export const subjectOf = (body: Body | undefined): string | undefined =>
  body &&
  [body.text, body.html, body.image, body.file].map((content) => content?.metadata?.subject).find(Boolean);

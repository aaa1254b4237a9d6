import { builder } from '../builder.ts';
import { inputType } from './bird.ts';
import type { components } from './openapi.gen.ts';

const AttachmentInput = builder.inputType('BirdAttachmentInput', {
  description: 'A file to send along.',
  fields: (t) => ({
    mediaUrl: t.string({ required: true, description: 'Where it is.' }),
    filename: t.string({ required: true, description: 'The name that receivers see.' }),
    inline: t.boolean({ description: 'True when it belongs inside the text.' }),
    contentId: t.string({ description: 'The id by which the text refers to it.' }),
  }),
});

const ActionInput = builder.inputType('BirdMessageActionInput', {
  description: 'Something to tap under a message.',
  isOneOf: true,
  fields: (t) => ({
    link: t.field({
      description: 'Opens an address.',
      type: builder.inputType('BirdLinkActionInput', {
        description: 'A button that opens an address.',
        fields: (f) => ({
          text: f.string({ required: true, description: 'What it says.' }),
          url: f.string({ required: true, description: 'Where it leads.' }),
        }),
      }),
    }),
    reply: t.field({
      description: 'Answers with its own words.',
      type: builder.inputType('BirdReplyActionInput', {
        description: 'A prepared answer.',
        fields: (f) => ({
          text: f.string({ required: true, description: 'What it says.' }),
          imageUrl: f.string({ description: 'The address of a picture to show on it.' }),
          description: f.string({ description: 'Its small print, at most 72 characters.' }),
        }),
      }),
    }),
    postback: t.field({
      description: 'Sends something back.',
      type: builder.inputType('BirdPostbackActionInput', {
        description: 'A button that sends something back.',
        fields: (f) => ({
          text: f.string({ required: true, description: 'What it says.' }),
          payload: f.string({ description: 'What it sends back.' }),
          imageUrl: f.string({ description: 'The address of a picture to show on it.' }),
          description: f.string({ description: 'Its small print, at most 72 characters.' }),
        }),
      }),
    }),
    locationRequest: t.field({
      description: 'Asks where somebody is.',
      type: builder.inputType('BirdLocationRequestActionInput', {
        description: 'A request for a place.',
        fields: (f) => ({ text: f.string({ description: 'What it says.' }) }),
      }),
    }),
    buy: t.field({
      description: 'Buys something.',
      type: builder.inputType('BirdBuyActionInput', {
        description: 'A button to buy.',
        fields: (f) => ({
          text: f.string({ required: true, description: 'What it says.' }),
          amountCents: f.int({ required: true, description: 'The price, in cents.' }),
          currency: f.string({ required: true, description: 'The currency, three letters.' }),
        }),
      }),
    }),
  }),
});

const MediaInput = builder.inputType('BirdMediaInput', {
  description: 'A picture or a file.',
  fields: (t) => ({
    mediaUrl: t.string({ required: true, description: 'Where it is.' }),
    altText: t.string({ description: 'What to read out in its place.' }),
    contentType: t.string({ description: 'Its media type; a file needs it.' }),
    filename: t.string({ description: 'Its name, for a file.' }),
    isAnimated: t.boolean({ description: 'True for a file that moves, as an animated sticker does.' }),
  }),
});

const ItemInput = builder.inputType('BirdMessageItemInput', {
  description: 'A card of a carousel or a row of a list.',
  fields: (t) => ({
    title: t.string({ description: 'The line that stands out.' }),
    description: t.string({ description: 'What it says.' }),
    mediaUrl: t.string({ description: 'The address of its picture.' }),
    altText: t.string({ description: 'What to read out in place of the picture.' }),
    actions: t.field({ type: [ActionInput], description: 'What can be tapped.' }),
  }),
});

const text = { description: 'Its words.' };
const actions = { type: [ActionInput] as [typeof ActionInput], description: 'What can be tapped under it.' };
const metadata = (schema: keyof components['schemas']) => ({
  type: inputType(schema),
  description: 'What only some platforms know, such as the subject of an email.',
});

const TextBody = builder.inputType('BirdTextBodyInput', {
  description: 'Plain text.',
  fields: (t) => ({
    text: t.string({ required: true, description: 'Its words.' }),
    attachments: t.field({ type: [AttachmentInput], description: 'Files that come with the text.' }),
    actions: t.field(actions),
    metadata: t.field(metadata('TextMetadata')),
  }),
});

const HtmlBody = builder.inputType('BirdHtmlBodyInput', {
  description: 'A page of HTML, for email. It needs `html` or `text`.',
  fields: (t) => ({
    html: t.string({ description: 'The page as HTML source.' }),
    text: t.string(text),
    attachments: t.field({
      type: [inputType('HtmlAttachment')],
      description: 'Files that come with the email.',
    }),
    actions: t.field(actions),
    metadata: t.field({
      ...metadata('HtmlMetadata'),
      description: 'Its subject, its sender and how it is tracked.',
    }),
  }),
});

const ImageBody = builder.inputType('BirdImageBodyInput', {
  description: 'One picture or several, with a text.',
  fields: (t) => ({
    images: t.field({
      type: [MediaInput],
      required: true,
      description: 'The pictures, in the order in which they are shown.',
    }),
    text: t.string(text),
    actions: t.field(actions),
    metadata: t.field(metadata('MediaMetadata')),
  }),
});

const FileBody = builder.inputType('BirdFileBodyInput', {
  description: 'Files: sound, video, documents.',
  fields: (t) => ({
    files: t.field({
      type: [MediaInput],
      required: true,
      description: 'The files, each with its media type.',
    }),
    text: t.string(text),
    actions: t.field(actions),
    metadata: t.field(metadata('MediaMetadata')),
  }),
});

const GifBody = builder.inputType('BirdGifBodyInput', {
  description: 'A moving picture.',
  fields: (t) => ({
    mediaUrl: t.string({ required: true, description: 'Where it is.' }),
    altText: t.string({ description: 'What to read out in its place.' }),
    text: t.string(text),
    actions: t.field(actions),
    metadata: t.field(metadata('GifMetadata')),
  }),
});

const LocationBody = builder.inputType('BirdLocationBodyInput', {
  description: 'A place.',
  fields: (t) => ({
    latitude: t.float({ required: true, description: 'Degrees north, −90 to 90.' }),
    longitude: t.float({ required: true, description: 'Degrees east, −180 to 180.' }),
    address: t.string({ description: 'The postal address of the place.' }),
    label: t.string({ description: 'What the place is called.' }),
  }),
});

const CarouselBody = builder.inputType('BirdCarouselBodyInput', {
  description: 'Cards side by side.',
  fields: (t) => ({
    items: t.field({ type: [ItemInput], required: true, description: 'The cards.' }),
    text: t.string(text),
  }),
});

const ListBody = builder.inputType('BirdListBodyInput', {
  description: 'Rows to choose from.',
  fields: (t) => ({
    text: t.string({ required: true, description: 'Its words.' }),
    title: t.string({ description: 'The heading above the rows.' }),
    altText: t.string({ description: 'What to read out in its place.' }),
    items: t.field({ type: [ItemInput], description: 'The rows.' }),
    actions: t.field(actions),
    metadata: t.field(metadata('ListMetadata')),
  }),
});

/** The content of a body under the one key that names its type. */
export interface BodyInput {
  readonly [kind: string]: unknown;
}

/** What may be sent, exactly one of its kinds. */
export const BirdMessageBodyInput = builder.inputRef<BodyInput>('BirdMessageBodyInput');

const SectionBody = builder.inputType('BirdSectionBodyInput', {
  description: 'Several bodies in one message.',
  fields: (t) => ({
    items: t.field({
      type: [BirdMessageBodyInput],
      required: true,
      description: 'The bodies, at most two levels deep.',
    }),
    configurations: t.field({ type: 'JSON', description: 'How the bodies are laid out: texts by key.' }),
  }),
});

const AuthenticationBody = builder.inputType('BirdAuthenticationBodyInput', {
  description: 'A code for signing in.',
  fields: (t) => ({
    disclaimer: t.field({
      type: 'JSON',
      required: true,
      description: 'The warning not to share the code; Bird does not print of which type it is.',
    }),
    expirationTime: t.int({
      description: 'How long the code can be used, 1 to 90. Bird gives seconds as the unit.',
    }),
    actions: t.field(actions),
  }),
});

BirdMessageBodyInput.implement({
  description: 'What a message carries: exactly one of its kinds.',
  isOneOf: true,
  fields: (t) => ({
    text: t.field({ type: TextBody, description: 'Plain text.' }),
    html: t.field({ type: HtmlBody, description: 'HTML, for email.' }),
    image: t.field({ type: ImageBody, description: 'One picture or several.' }),
    file: t.field({ type: FileBody, description: 'Files: sound, video, documents.' }),
    gif: t.field({ type: GifBody, description: 'A moving picture.' }),
    location: t.field({ type: LocationBody, description: 'A place.' }),
    carousel: t.field({ type: CarouselBody, description: 'Cards side by side.' }),
    list: t.field({ type: ListBody, description: 'Rows to choose from.' }),
    section: t.field({ type: SectionBody, description: 'Bodies one below the other.' }),
    authentication: t.field({ type: AuthenticationBody, description: 'A code for signing in.' }),
    permissionRequest: t.string({ description: 'Asks for a permission, such as `call`.' }),
  }),
});

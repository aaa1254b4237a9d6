import type { IdOf } from './naming.ts';

/** An uploaded file. */
export interface File {
  type: string;
  data: Buffer;
}

/** Where and with which fields a file is to be uploaded. */
export interface Upload {
  key: string;
  url: string;
  fields: Record<string, string>;
}

const ROOM = 200;

/** Files as a store behind both upstreams keeps them: announced, uploaded by a signed form, fetched again by a link. */
export class Files {
  readonly #id: IdOf;
  readonly #root: string;
  readonly #announced = new Map<string, Upload>();
  readonly #files = new Map<string, File>();
  #count = 0;

  /** @param root the address of the store */
  constructor(id: IdOf, root: string) {
    this.#id = id;
    this.#root = root;
  }

  /** Prepares an upload of a media type; the fields are those that S3 signs. */
  announce(type: string, folder: string): Upload {
    const key = `${folder}/${this.#id('file', folder, this.#count++)}`;
    const signature = this.#id('signature', key).replaceAll('-', '');
    const fields = {
      'Content-Type': type,
      acl: 'private',
      bucket: 'sandbox',
      key,
      policy: Buffer.from(JSON.stringify({ key })).toString('base64'),
      'x-amz-algorithm': 'AWS4-HMAC-SHA256',
      'x-amz-signature': signature,
    };
    const upload = { key, url: `${this.#root}/uploads`, fields };
    this.#announced.set(key, upload);
    if (this.#announced.size > ROOM) this.#announced.delete(this.#announced.keys().next().value ?? '');
    return upload;
  }

  /** Takes a form whose fields are all those that were announced; false when they are not. */
  take(fields: Readonly<Record<string, string>>, data: Buffer): boolean {
    const upload = this.#announced.get(fields.key ?? '');
    if (!upload) return false;
    if (Object.entries(upload.fields).some(([name, value]) => fields[name] !== value)) return false;
    this.put(upload.key, { type: upload.fields['Content-Type'] ?? '', data });
    return true;
  }

  put(key: string, file: File): void {
    this.#files.set(key, file);
    if (this.#files.size > ROOM) this.#files.delete(this.#files.keys().next().value ?? '');
  }

  get(key: string): File | undefined {
    return this.#files.get(key);
  }

  /** Where a file can be fetched once it is uploaded. */
  linkTo(key: string): string {
    return `${this.#root}/media/${key}`;
  }
}

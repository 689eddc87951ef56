import type { Document } from '../document.js';

/** Keeps the documents that were asked for last, up to so many bytes. */
export class DocumentCache {
  private readonly documents = new Map<string, Document>();
  private size = 0;

  constructor(private readonly capacity: number) {}

  get(key: string): Document | undefined {
    const document = this.documents.get(key);
    if (document === undefined) return undefined;
    this.documents.delete(key);
    this.documents.set(key, document);
    return document;
  }

  /** What would push out all others is not kept. */
  set(key: string, document: Document): void {
    if (document.bytes.length > this.capacity / 2 || this.documents.has(key)) return;
    this.documents.set(key, document);
    this.size += document.bytes.length;
    for (const [oldest, { bytes }] of this.documents) {
      if (this.size <= this.capacity) return;
      this.documents.delete(oldest);
      this.size -= bytes.length;
    }
  }
}

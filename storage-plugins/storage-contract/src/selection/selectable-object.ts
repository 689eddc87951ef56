/** What the selection of ListOptions looks at. */
export interface SelectableObject {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly kind: string;
  readonly resourceVersion: string;
  readonly ownerUid: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch; undefined when the object does not say. */
  readonly createdAt: number | undefined;
  /** Milliseconds since the epoch; undefined when the storage does not keep it. */
  readonly syncedAt: number | undefined;
  /** The stored bytes; asked for only by fullText. */
  readonly json: Uint8Array;
  /** The parsed object (see parseFields); asked for only when an option needs it. */
  fields(): unknown;
}

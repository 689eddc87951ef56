/** What a list says of its items; filled in while the list is read, since its kind may stand behind the items. */
export interface ListHeader {
  apiVersion?: string;
  kind?: string;
}

/** One object of a dump, as JSON. The bytes are valid until the next part is asked for. */
export interface DumpItem {
  readonly type: 'item';
  /** Counts the objects of the input, from 0. */
  readonly index: number;
  /** Where it begins: bytes of the input, decompressed. */
  readonly offset: number;
  readonly json: Uint8Array;
  /** Present for an item of a list. */
  readonly list?: ListHeader;
}

/** Something that could not be read as an object. */
export interface DumpFault {
  readonly type: 'fault';
  /** Absent for a fault of the input as a whole. */
  readonly index?: number;
  readonly offset: number;
  readonly reason: string;
  /** Text from the beginning of what is at fault, to name it. */
  readonly excerpt?: string;
}

export type DumpPart = DumpItem | DumpFault;

/** Cuts the bytes of an input into its objects. */
export interface Splitter {
  push(chunk: Buffer): Iterable<DumpPart>;
  end(): Iterable<DumpPart>;
}

/** Anything larger is no Kubernetes object: etcd takes 1.5 MB. */
export const maximumObjectBytes = 64 << 20;

/** What the storage bench measures: a storage behind its interface, or the bare thing that no storage can beat. */
export interface Subject {
  /** Raw JSON of pods of one cluster, as an API server gives them; resolves when they can be read. */
  ingest(cluster: string, pods: readonly Buffer[]): Promise<void>;
  get(key: ObjectKey): Promise<number> | number;
  /** The first 500 pods by cluster, namespace and name. All three answer how many bytes of JSON they read. */
  list(): Promise<number> | number;
  /** The pods whose bucket label has this value. */
  label(value: string): Promise<number> | number;
  close(): Promise<void>;
}

export type ObjectKey = readonly [cluster: string, namespace: string, name: string];

/** Changes in one write, as the import sends them. */
export const batchSize = 500;
export const listLimit = 500;

/** The API server that knows users and their rights: the one in front, as a rule. */
export interface HostClient {
  /** URL, for messages. */
  readonly server: string;
  /** Both reject when there is no answer, and for one that is an error. */
  get(path: string): Promise<unknown>;
  /** Rejects when `signal` aborts, too. */
  post(path: string, body: object, signal?: AbortSignal): Promise<unknown>;
  close(): Promise<void>;
}

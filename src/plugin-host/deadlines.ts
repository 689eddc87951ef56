/** How long a plugin may take, in milliseconds. */
export interface Deadlines {
  /** To import its module. */
  readonly load: number;
  readonly open: number;
  readonly close: number;
  /** A get, and anything else that is answered at once. */
  readonly call: number;
  /** A batch of a list, while somebody waits for it. */
  readonly batch: number;
  readonly write: number;
  /** An answer of a route of the plugin's own. */
  readonly route: number;
  readonly command: number;
  /** A step of a transaction, and undoing one. */
  readonly step: number;
}

export const defaultDeadlines: Deadlines = Object.freeze({
  load: 30_000,
  open: 60_000,
  close: 15_000,
  call: 30_000,
  batch: 60_000,
  write: 60_000,
  route: 60_000,
  command: 300_000,
  step: 60_000,
});

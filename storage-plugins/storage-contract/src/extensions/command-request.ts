/** A command to run: what `clusterdex command <plugin> <command>` runs from outside. */
export interface CommandRequest {
  readonly command: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

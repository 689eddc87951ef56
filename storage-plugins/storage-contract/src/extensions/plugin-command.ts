export interface CommandContext {
  /** Aborted at the deadline, when who asked goes, and when the server ends. */
  readonly signal: AbortSignal;
}

export interface CommandResult {
  /** 0 unless told; of the process `clusterdex command`. */
  readonly exitCode?: number;
  /** For its standard output; a line break at the end is added when there is none. */
  readonly output?: string;
  /** For its standard error. */
  readonly error?: string;
  /** For programs, with `--output json`. */
  readonly data?: unknown;
}

/** A command for operators: `clusterdex command <plugin> <name> --<argument> <value>` on a running server. */
export interface PluginCommand {
  /** A word with dashes, of its own in the plugin; not one of those that the host gives to every plugin. */
  readonly name: string;
  /** One line. */
  readonly description: string;
  /** `r` changes nothing; `rw` is for who may write. */
  readonly permission: 'r' | 'rw';
  /** JSON Schema of an object. Arguments are checked and defaults filled in before `run`; all faults are told at once. None unless told. */
  readonly argumentSchema?: Readonly<Record<string, unknown>>;
  run(parameters: Readonly<Record<string, unknown>>, context: CommandContext): Promise<CommandResult> | CommandResult;
}

/** What came of a command, or everything that is wrong with its arguments. */
export type CommandAnswer = { readonly result: CommandResult } | { readonly violations: readonly string[] };

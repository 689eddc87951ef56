/**
 * `ok` can be selected by name; `shadowed` only with its version (another version or folder wins); `incompatible` was built for
 * another contract; `broken` is meant as a plugin and is none; `skipped` was never meant as one.
 */
export type PluginState = 'ok' | 'shadowed' | 'incompatible' | 'broken' | 'skipped';

/** What discovery found in one place, without running code. */
export interface PluginRow {
  /** The registration name; of what has none, the name of the file or folder. */
  readonly name: string;
  readonly packageName?: string;
  readonly version?: string;
  readonly contract?: string;
  readonly kind?: string;
  /** Whether it came with the server, or lies in a folder that was named. */
  readonly origin?: 'bundled' | 'folder';
  /** Path of the plugin: its folder or, for a single-file plugin, its file. */
  readonly folder: string;
  readonly state: PluginState;
  /** Why it is not `ok`. */
  readonly reason?: string;
  /** Everything that is wrong with the manifest of a `broken` plugin, each with its path. */
  readonly violations?: readonly string[];
  /** Set when the row stands for a folder to search that could not be read. */
  readonly unreadableFolder?: true;
}

import type { CommandResult } from './plugin-command.js';

/** Something that changed in this process. What other processes do is not told. */
export type Notice =
  | { readonly type: 'cluster'; readonly change: 'attached' | 'detached'; readonly cluster: string }
  /** A cluster's inventory was stored. */
  | { readonly type: 'inventory'; readonly cluster: string }
  /** An operator changed a setting of the plugin (`setting`), or how much it logs. */
  | { readonly type: 'config'; readonly key: string }
  | { readonly type: 'command'; readonly tag: string; readonly result: CommandResult }
  /** A command that failed without a result. */
  | {
      readonly type: 'command';
      readonly tag: string;
      readonly failure: { readonly code: string; readonly message: string };
    };

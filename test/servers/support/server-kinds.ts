import { mysql } from './mysql.js';
import { postgres } from './postgres.js';
import type { ServerKind } from './server-kind.js';

/** Every storage on a database server. */
export const serverKinds: readonly ServerKind[] = [postgres, mysql];

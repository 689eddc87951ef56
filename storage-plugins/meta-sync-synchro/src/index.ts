import type { SynchroPlugin } from '@clusterdex/storage-contract';
import { type Mirror, openMirror } from './mirror.js';
import { parseDatabase } from './parse-database.js';
import { rowOf } from './row.js';

interface MetaSyncConfig {
  readonly dbInfo: string;
  readonly table: string;
}

/** Mirrors the metadata of all objects in one flat table of a SQL database, for reports. */
const metaSync: SynchroPlugin<MetaSyncConfig> = {
  contract: '1.0',
  name: 'meta-sync',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['dbInfo'],
    properties: {
      dbInfo: {
        type: 'string',
        minLength: 1,
        description:
          'connection string in base64: postgres://…, mysql://…, user:password@tcp(host:3306)/database, or sqlite:/path',
      },
      table: { type: 'string', pattern: '^[a-z][a-z0-9_]{0,62}$', default: 'resource_metadata' },
    },
  },
  async createStep({ dbInfo, table }, host) {
    const mirror: Mirror = await openMirror(parseDatabase(dbInfo), table);
    return {
      reconciler: {
        name: 'meta-sync',
        reconcile: (context) => mirror.put(rowOf(context, host.now())),
        handleRemoval: ({ cluster, resourceType }) =>
          mirror.removeAll(
            resourceType === undefined
              ? { cluster }
              : {
                  cluster,
                  api_group: resourceType.group,
                  resource: resourceType.resource,
                  // Of a custom resource two versions may be followed; the row is of the last one that was written.
                  api_version: resourceType.version,
                },
          ),
        handleDeletion: ({ cluster, resourceType: { group, resource }, namespace, name }) =>
          mirror.remove([cluster, group, resource, namespace, name]),
      },
      close: () => mirror.close(),
    };
  },
};

export default metaSync;

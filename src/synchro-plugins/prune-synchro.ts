// clusterdex: { "version": "1.0.0", "kind": "synchro", "name": "prune", "contract": "1.0" }

import type { SynchroPlugin } from '@clusterdex/storage-contract';

interface PruneConfig {
  readonly managedFields: boolean;
  readonly lastAppliedConfiguration: boolean;
  readonly annotations: readonly string[];
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Leaves out what doubles the size of objects and hardly anybody searches for. */
const prune: SynchroPlugin<PruneConfig> = {
  contract: '1.0',
  name: 'prune',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      managedFields: { type: 'boolean', default: true, description: 'metadata.managedFields' },
      lastAppliedConfiguration: { type: 'boolean', default: true, description: `the annotation ${lastApplied}` },
      annotations: { type: 'array', items: { type: 'string', minLength: 1 }, default: [], description: 'others' },
    },
  },
  createStep: async ({ managedFields, lastAppliedConfiguration, annotations }) => ({
    prunes: { managedFields, annotations: [...(lastAppliedConfiguration ? [lastApplied] : []), ...annotations] },
  }),
};

export default prune;

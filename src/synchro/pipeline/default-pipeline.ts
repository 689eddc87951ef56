import type { PluginLogger, StorageFactory } from '@clusterdex/storage-contract';
import { createPipeline } from './create-pipeline.js';
import type { Pipeline } from './pipeline.js';

/** Leaves out what only writers of objects need: managedFields, and what kubectl applied last. */
export function openDefaultPipeline(storage: StorageFactory, logger: PluginLogger): Promise<Pipeline> {
  const prunes = { managedFields: true, annotations: ['kubectl.kubernetes.io/last-applied-configuration'] };
  const step = { name: 'prune', step: { prunes }, onError: 'refuse' as const, identity: prunes, logger };
  return Promise.resolve(createPipeline({ steps: [step], storage }));
}

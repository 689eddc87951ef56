import {
  clusterNameAnnotation,
  type DeletionContext,
  isStorageError,
  type ReconcileContext,
  type ResourceType,
  type SynchroStep,
} from '@clusterdex/storage-contract';
import { openStep } from './open-steps.js';
import type { OpenSelectedOptions } from './open-storage.js';
import type { PluginRow } from './plugin-row.js';

const cluster = 'example';
const example: readonly { readonly type: ResourceType; readonly object: Readonly<Record<string, unknown>> }[] = [
  {
    type: { group: '', version: 'v1', resource: 'pods', kind: 'Pod', namespaced: true },
    object: sample('v1', 'Pod', { namespace: 'default', labels: { app: 'example' } }, { spec: { containers: [] } }),
  },
  {
    type: { group: '', version: 'v1', resource: 'secrets', kind: 'Secret', namespaced: true },
    object: sample('v1', 'Secret', { namespace: 'default' }, { data: { password: 'aHVudGVyMg==' }, type: 'Opaque' }),
  },
  {
    type: { group: '', version: 'v1', resource: 'nodes', kind: 'Node', namespaced: false },
    object: sample('v1', 'Node', {}, { spec: {} }),
  },
  {
    type: { group: 'acme.example', version: 'v1', resource: 'widgets', kind: 'Widget', namespaced: true },
    object: sample('acme.example/v1', 'Widget', { namespace: 'odd', labels: {} }, { spec: { text: '\u0000 "\\ 🦉' } }),
  },
];

/**
 * Opens a step, and with `conformance` gives it examples, and their deletion, twice each, as a synchro does after a restart: what comes back is an
 * object of the same name, it is the same both times, and what was handed over is unchanged. Every violation, empty when all is well.
 */
export async function checkStepConformance(
  row: PluginRow,
  options: OpenSelectedOptions,
  conformance: boolean,
): Promise<readonly string[]> {
  const { config, settings = [] } = options;
  const { step } = await openStep(row, { name: row.name, config, settings }, options);
  const violations: string[] = [];
  try {
    if (conformance) {
      for (const { type, object } of example) violations.push(...(await checkExample(step, type, object)));
    }
  } finally {
    try {
      await step.close?.();
    } catch (error) {
      violations.push(`/close: ${messageOf(error)}`);
    }
  }
  return violations;
}

async function checkExample(step: SynchroStep, type: ResourceType, object: object): Promise<readonly string[]> {
  const json = Buffer.from(JSON.stringify(object));
  const given = json.toString();
  const violations: string[] = [];
  const outcomes: string[] = [];
  for (let round = 0; round < 2; round++) {
    try {
      outcomes.push(await outcomeOf(step, type, json));
    } catch (error) {
      violations.push(`${type.kind}: ${isStorageError(error) ? error.code : 'threw'}: ${messageOf(error)}`);
    }
  }
  if (json.toString() !== given) violations.push(`${type.kind}: changed the bytes that it was handed`);
  if (outcomes.length === 2 && outcomes[0] !== outcomes[1]) {
    violations.push(`${type.kind}: did not do the same with the same object the second time`);
  }
  const name = (outcome: string) => /"name":"([^"]*)"/.exec(outcome)?.[1];
  for (const outcome of outcomes.slice(0, 1)) {
    if (outcome !== 'filtered' && name(outcome) !== 'example')
      violations.push(`${type.kind}: gave an object of another name`);
  }
  return violations;
}

async function outcomeOf(step: SynchroStep, resourceType: ResourceType, json: Buffer): Promise<string> {
  const object = JSON.parse(json.toString()) as { metadata: { namespace?: string; labels?: Record<string, string> } };
  let outcome: unknown = object;
  const common = {
    cluster,
    resourceType,
    namespace: object.metadata.namespace ?? '',
    name: 'example',
    state: { get: async () => undefined },
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    signal: new AbortController().signal,
  };
  const context: ReconcileContext = {
    ...common,
    uid: '8b0ed4ba-5ff5-4a1b-8d9c-000000000000',
    resourceVersion: '1',
    labels: object.metadata.labels ?? {},
    json,
    parse: () => Object.freeze(JSON.parse(json.toString()) as Record<string, unknown>),
    replace(value) {
      outcome = value instanceof Uint8Array ? JSON.parse(Buffer.from(value).toString()) : value;
    },
  };
  step.selectors?.(resourceType);
  if (step.filter !== undefined && step.filter(context) !== true) return 'filtered';
  await step.reconciler?.reconcile(context);
  const deletion: DeletionContext = common;
  await step.reconciler?.handleDeletion(deletion);
  const { logger, signal } = common;
  await step.reconciler?.handleRemoval?.({ cluster, resourceType, logger, signal });
  return JSON.stringify(outcome);
}

function sample(apiVersion: string, kind: string, metadata: object, rest: object): Readonly<Record<string, unknown>> {
  const annotations = { [clusterNameAnnotation]: cluster };
  const uid = '8b0ed4ba-5ff5-4a1b-8d9c-000000000000';
  return {
    apiVersion,
    kind,
    metadata: { annotations, name: 'example', uid, resourceVersion: '1', ...metadata },
    ...rest,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

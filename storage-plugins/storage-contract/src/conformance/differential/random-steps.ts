import type { ResourceType } from '../../resource-type.js';
import type { StorageFactory } from '../../storage-factory.js';
import type { ObjectChange, ObjectEvent, WriteResult } from '../../stored-object.js';
import { deployments, nodes, pods, replicaSets, testObject, widgets } from '../test-objects.js';
import type { Draw } from './draw.js';
import { fieldValues, instants, labelValues, nameParts, namespaces, oddSpec } from './vocabulary.js';

/** Something that changes what is stored. */
export type Step =
  | { readonly cluster: string; readonly type: ResourceType; readonly changes: readonly ObjectChange[] }
  | { readonly cluster: string; readonly events: readonly ObjectEvent[] }
  | { readonly cluster: string; readonly cleaned: ResourceType | 'all' };

export const fleetClusters = ['c1', 'c2', 'west-3'] as const;
export const fleetTypes = [pods, pods, pods, deployments, replicaSets, nodes, widgets] as const;

export interface StepDrawer {
  /** Draws steps, each behind all that were drawn before it. */
  draw(count: number): readonly Step[];
}

/** Objects that come, change and go: newer, older and equal versions, deletes of what is there and of what is not, events, cleaning. */
export function createStepDrawer(draw: Draw): StepDrawer {
  let clock = 100;

  function drawChange(cluster: string, type: ResourceType, name: string): ObjectChange {
    const namespace = type.namespaced ? draw.pick(namespaces) : '';
    if (draw.chance(0.2)) {
      const resourceVersion = String(clock - draw.integer(100));
      return { type: 'delete', namespace, name, ...(draw.chance(0.4) && { resourceVersion }) };
    }
    const version = String(draw.chance(0.1) ? clock - draw.integer(60) : ++clock);
    const created = draw.pick(instants);
    const { prepared } = testObject(name, {
      cluster,
      type,
      namespace,
      resourceVersion: version,
      ...(created !== undefined && { created }),
      ...(draw.chance(0.8) && { labels: drawLabels(draw) }),
      ...drawOwner(draw, { cluster, type, namespace }),
      ...(draw.chance(0.5) && { row: `${draw.pick(['v1', 'v2', '%'])}|${name}|${version}` }),
      spec: drawSpec(draw),
    });
    return { type: 'upsert', object: prepared };
  }

  function drawStep(): Step {
    const cluster = draw.pick(fleetClusters);
    const type = draw.pick(fleetTypes);
    if (draw.chance(0.08)) return { cluster, events: draw.several(4, () => drawEvent(cluster)) };
    if (draw.chance(0.02)) return { cluster, cleaned: draw.chance(0.3) ? 'all' : type };
    // No object twice in a write: how many of its changes count is not said.
    const names = new Set(draw.several(12, () => drawName(draw)));
    return { cluster, type, changes: [...names].map((name) => drawChange(cluster, type, name)) };
  }

  function drawEvent(cluster: string): ObjectEvent {
    const type = draw.pick(fleetTypes);
    const namespace = type.namespaced ? draw.pick(namespaces) : '';
    const eventUid = `event-${draw.integer(12)}`;
    const resourceVersion = String(++clock);
    const json = draw.chance(0.15) ? '' : JSON.stringify({ kind: 'Event', reason: eventUid, count: clock });
    return {
      involvedUid: `${cluster}.${type.resource}.${namespace}.${drawName(draw)}`,
      eventUid: `${cluster}.${eventUid}`,
      key: `n1/${eventUid}`,
      resourceVersion,
      json: new TextEncoder().encode(json),
    };
  }

  return { draw: (count) => Array.from({ length: count }, drawStep) };
}

/** What a write says of its changes; undefined for a step that says nothing. */
export async function applyStep(storage: StorageFactory, step: Step): Promise<WriteResult | undefined> {
  const { cluster } = step;
  await storage.prepareCluster(cluster);
  if ('changes' in step) return storage.resourceStorage(step.type).write(cluster, step.changes);
  if ('events' in step) await storage.resourceStorage(pods).recordEvents(cluster, step.events);
  else if (step.cleaned === 'all') await storage.cleanCluster(cluster);
  else await storage.cleanClusterResource(cluster, step.cleaned);
  return undefined;
}

export function drawName(draw: Draw): string {
  return `${draw.pick(nameParts)}${draw.pick(['-', '_'])}${draw.integer(3)}`;
}

export function drawLabels(draw: Draw): Readonly<Record<string, string>> {
  return {
    app: draw.pick(labelValues),
    ...(draw.chance(0.5) && { tier: draw.pick(labelValues) }),
    ...(draw.chance(0.4) && { 'example.com/weight': draw.pick(['1', '5', '10', '-3', 'x']) }),
  };
}

function drawSpec(draw: Draw): object | string {
  if (draw.chance(0.05)) return oddSpec;
  const value = () => draw.pick(fieldValues);
  return {
    ...(draw.chance(0.8) && { field: value() }),
    ...(draw.chance(0.5) && { deep: { field: value() } }),
    ...(draw.chance(0.5) && { list: draw.several(3, () => ({ name: value(), port: draw.integer(3) })) }),
    ...(draw.chance(0.3) && { text: `${draw.pick(nameParts)} ${draw.pick(labelValues)} back-off` }),
  };
}

/** Pods of ReplicaSets of Deployments, so that owners have owners. */
function drawOwner(
  draw: Draw,
  { cluster, type, namespace }: { readonly cluster: string; readonly type: ResourceType; readonly namespace: string },
): { readonly owner?: string } {
  const ownerType = type === pods ? replicaSets : type === replicaSets ? deployments : undefined;
  if (ownerType === undefined || draw.chance(0.3)) return {};
  return { owner: `${cluster}.${ownerType.resource}.${namespace}.${drawName(draw)}` };
}

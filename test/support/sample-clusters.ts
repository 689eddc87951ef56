import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceType } from '@clusterdex/storage-contract';
import { repositoryRoot } from './clusterdex.js';
import { createExample, type ExampleObject } from './example-object.js';
import type { FleetObject } from './fleet.js';
import type { KubernetesObject } from './kubernetes-object.js';

export const sampleNames = ['prod-eu', 'staging'] as const;

const plurals: Readonly<Record<string, readonly [plural: string, namespaced: boolean]>> = {
  Namespace: ['namespaces', false],
  Node: ['nodes', false],
  Pod: ['pods', true],
  Service: ['services', true],
  ConfigMap: ['configmaps', true],
  Secret: ['secrets', true],
  Event: ['events', true],
  Deployment: ['deployments', true],
  ReplicaSet: ['replicasets', true],
  StatefulSet: ['statefulsets', true],
  DaemonSet: ['daemonsets', true],
  CronJob: ['cronjobs', true],
};

export function sampleFile(cluster: string): string {
  return join(repositoryRoot, 'samples', `${cluster}.json`);
}

/** The objects of the two sample clusters, straight from their files. */
export function readSamples(): FleetObject[] {
  return sampleNames.flatMap((cluster) => {
    const { items } = JSON.parse(readFileSync(sampleFile(cluster), 'utf8')) as { items: KubernetesObject[] };
    return items.map((object) => ({ cluster, type: typeOf(object), object }));
  });
}

export function readSampleExamples(): ExampleObject[] {
  return readSamples().map(createExample);
}

function typeOf({ apiVersion, kind }: KubernetesObject): ResourceType {
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const plural = plurals[kind];
  if (plural === undefined) throw new Error(`the samples hold a kind that the tests do not know: ${kind}`);
  return { group, version, kind, resource: plural[0], namespaced: plural[1] };
}

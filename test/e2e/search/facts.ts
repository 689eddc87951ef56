import type { KubernetesObject } from '../../support/kubernetes-object.js';
import { compareTexts } from '../../support/oracle-values.js';
import { readSamples } from '../../support/sample-clusters.js';

/** A sample object, as the rows of the tables speak of it. */
export interface Facts {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resource: string;
  readonly group: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: string;
  readonly revision: number;
  /** Name and uid of the controller; '' when there is none. */
  readonly controller: string;
  readonly controllerUid: string;
  // The rows say of which kind their objects are.
  readonly object: KubernetesObject & {
    readonly spec: SampleSpec;
    readonly status: SampleStatus;
  };
}

export interface SampleSpec {
  readonly nodeName?: string;
  readonly replicas?: number;
  readonly suspend?: boolean;
  readonly containers?: readonly {
    readonly name: string;
    readonly image: string;
    readonly resources: { readonly requests?: { readonly cpu: string; readonly memory: string } };
  }[];
  readonly [member: string]: unknown;
}

export interface SampleStatus {
  readonly phase?: string;
  readonly readyReplicas?: number;
  readonly containerStatuses?: readonly {
    readonly restartCount: number;
    readonly ready: boolean;
    readonly image: string;
  }[];
  readonly [member: string]: unknown;
}

export const facts: readonly Facts[] = readSamples().map(({ cluster, type, object }) => {
  const { metadata } = object;
  const controller = metadata.ownerReferences?.find((reference) => reference.controller === true);
  return {
    cluster,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    uid: metadata.uid ?? '',
    resource: type.resource,
    group: type.group,
    labels: metadata.labels ?? {},
    created: metadata.creationTimestamp ?? '',
    revision: Number(metadata.resourceVersion),
    controller: String(controller?.name ?? ''),
    controllerUid: controller?.uid ?? '',
    object: object as Facts['object'],
  };
});

/** The one object of this description. */
export function theFact(resource: string, cluster: string, name: string): Facts {
  const found = facts.filter((fact) => fact.resource === resource && fact.cluster === cluster && fact.name === name);
  const [fact] = found;
  if (found.length !== 1 || fact === undefined) throw new Error(`${found.length} ${resource} ${name} in ${cluster}`);
  return fact;
}

export function byDefault(a: Facts, b: Facts): number {
  return (
    compareTexts(a.cluster, b.cluster) ||
    compareTexts(a.namespace, b.namespace) ||
    compareTexts(a.name, b.name) ||
    compareTexts(a.group, b.group) ||
    compareTexts(a.resource, b.resource)
  );
}

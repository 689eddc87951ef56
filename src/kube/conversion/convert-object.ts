import { definitionToV1 } from './custom-resource-definitions.js';
import { endpointSliceToV1, endpointSliceToV1beta1 } from './endpoint-slices.js';
import { eventFromCore, eventToCore } from './events.js';
import {
  autoscalerFromV1,
  autoscalerFromV2beta1,
  autoscalerToV1,
  autoscalerToV2beta1,
} from './horizontal-pod-autoscalers.js';
import { ingressToV1, ingressToV1beta1 } from './ingresses.js';
import type { JsonObject } from './json-object.js';
import { budgetToV1, budgetToV1beta1 } from './pod-disruption-budgets.js';
import { daemonSetToV1, deploymentToV1 } from './workloads.js';

export interface Conversion {
  /** `kind`, and both as in `apiVersion`. */
  readonly kind: string;
  readonly from: string;
  readonly to: string;
}

type Convert = (object: JsonObject) => JsonObject;
const asItIs: Convert = (object) => object;

/** Versions of which the fields are the same, the one that is stored first. */
const alike: Readonly<Record<string, readonly string[]>> = {
  CronJob: ['batch/v1', 'batch/v1beta1'],
  HorizontalPodAutoscaler: ['autoscaling/v2', 'autoscaling/v2beta2'],
  IngressClass: ['networking.k8s.io/v1', 'networking.k8s.io/v1beta1'],
  DaemonSet: ['apps/v1', 'apps/v1beta2'],
  Deployment: ['apps/v1', 'apps/v1beta2'],
  ReplicaSet: ['apps/v1', 'apps/v1beta2'],
  APIService: ['apiregistration.k8s.io/v1', 'apiregistration.k8s.io/v1beta1'],
  StatefulSet: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1'],
  ControllerRevision: ['apps/v1', 'apps/v1beta2', 'apps/v1beta1'],
  Lease: ['coordination.k8s.io/v1', 'coordination.k8s.io/v1beta1'],
  PriorityClass: ['scheduling.k8s.io/v1', 'scheduling.k8s.io/v1beta1'],
  ClusterRole: ['rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io/v1beta1'],
  ClusterRoleBinding: ['rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io/v1beta1'],
  Role: ['rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io/v1beta1'],
  RoleBinding: ['rbac.authorization.k8s.io/v1', 'rbac.authorization.k8s.io/v1beta1'],
  RuntimeClass: ['node.k8s.io/v1', 'node.k8s.io/v1beta1'],
  CSIDriver: ['storage.k8s.io/v1', 'storage.k8s.io/v1beta1'],
  CSINode: ['storage.k8s.io/v1', 'storage.k8s.io/v1beta1'],
  CSIStorageCapacity: ['storage.k8s.io/v1', 'storage.k8s.io/v1beta1'],
  StorageClass: ['storage.k8s.io/v1', 'storage.k8s.io/v1beta1'],
};

const conversions: ReadonlyMap<string, Convert> = new Map([
  ...Object.entries(alike).flatMap(([kind, [stored = '', ...others]]) =>
    others.flatMap((other) => [row(kind, other, stored, asItIs), row(kind, stored, other, asItIs)]),
  ),
  row('Ingress', 'networking.k8s.io/v1beta1', 'networking.k8s.io/v1', ingressToV1),
  row('Ingress', 'extensions/v1beta1', 'networking.k8s.io/v1', ingressToV1),
  row('NetworkPolicy', 'extensions/v1beta1', 'networking.k8s.io/v1', asItIs),
  row('Deployment', 'extensions/v1beta1', 'apps/v1', deploymentToV1),
  row('Deployment', 'apps/v1beta1', 'apps/v1', deploymentToV1),
  row('DaemonSet', 'extensions/v1beta1', 'apps/v1', daemonSetToV1),
  row('ReplicaSet', 'extensions/v1beta1', 'apps/v1', asItIs),
  row('CustomResourceDefinition', 'apiextensions.k8s.io/v1beta1', 'apiextensions.k8s.io/v1', definitionToV1),
  row('Ingress', 'networking.k8s.io/v1', 'networking.k8s.io/v1beta1', ingressToV1beta1),
  row('PodDisruptionBudget', 'policy/v1beta1', 'policy/v1', budgetToV1),
  row('PodDisruptionBudget', 'policy/v1', 'policy/v1beta1', budgetToV1beta1),
  row('EndpointSlice', 'discovery.k8s.io/v1beta1', 'discovery.k8s.io/v1', endpointSliceToV1),
  row('EndpointSlice', 'discovery.k8s.io/v1', 'discovery.k8s.io/v1beta1', endpointSliceToV1beta1),
  row('HorizontalPodAutoscaler', 'autoscaling/v1', 'autoscaling/v2', autoscalerFromV1),
  row('HorizontalPodAutoscaler', 'autoscaling/v2', 'autoscaling/v1', autoscalerToV1),
  row('HorizontalPodAutoscaler', 'autoscaling/v2beta1', 'autoscaling/v2', autoscalerFromV2beta1),
  row('HorizontalPodAutoscaler', 'autoscaling/v2', 'autoscaling/v2beta1', autoscalerToV2beta1),
  row('Event', 'events.k8s.io/v1', 'v1', eventToCore),
  row('Event', 'v1', 'events.k8s.io/v1', eventFromCore),
  row('Event', 'events.k8s.io/v1beta1', 'events.k8s.io/v1', asItIs),
]);

function row(kind: string, from: string, to: string, convert: Convert): [string, Convert] {
  return [keyOf({ kind, from, to }), convert];
}

export function canConvert(conversion: Conversion): boolean {
  return conversions.has(keyOf(conversion));
}

/** The object in another version, its apiVersion included. Throws TypeError for a conversion that there is not: ask `canConvert`. */
export function convertObject(object: JsonObject, conversion: Conversion): JsonObject {
  const convert = conversions.get(keyOf(conversion));
  if (convert === undefined) throw new TypeError(`no conversion of ${keyOf(conversion)}`);
  return { ...convert(object), apiVersion: conversion.to };
}

/** The versions in which an object of a stored type can be read besides its own, as group and version. */
export function readableVersions(kind: string, stored: string): readonly string[] {
  return readable.filter((version) => canConvert({ kind, from: stored, to: version }));
}

/** What Clusterpedia serves besides, and clients ask for. */
const readable: readonly string[] = [
  'batch/v1beta1',
  'autoscaling/v1',
  'autoscaling/v2beta2',
  'autoscaling/v2beta1',
  'policy/v1beta1',
  'networking.k8s.io/v1beta1',
  'discovery.k8s.io/v1beta1',
  'events.k8s.io/v1',
];

function keyOf({ kind, from, to }: Conversion): string {
  return `${kind} ${from} ${to}`;
}

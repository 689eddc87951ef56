import type { Fields } from './printer.js';
import { fieldAt, listAt, mapAt, optionalNumberAt, optionalTextAt, textAt } from './read-fields.js';

/** Metrics and their current values in the shape of autoscaling/v2, of which the members of both lists belong together. */
export interface Metrics {
  readonly specs: readonly unknown[];
  readonly statuses: readonly unknown[];
}

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics';
const currentMetricsAnnotation = 'autoscaling.alpha.kubernetes.io/current-metrics';
const members: Readonly<Record<string, string>> = Object.freeze({
  ContainerResource: 'containerResource',
  External: 'external',
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
});

/**
 * autoscaling/v1 has the CPU utilisation in a field of its own and all other metrics in annotations. The order of the current
 * values tells where among the others the CPU stood; without them it stands first.
 */
export function metricsOf(autoscaler: Fields): Metrics {
  const apiVersion = textAt(autoscaler, 'apiVersion');
  if (apiVersion !== 'autoscaling/v1') {
    const specs = listAt(autoscaler, 'spec', 'metrics');
    const statuses = listAt(autoscaler, 'status', 'currentMetrics');
    // Its metrics have the shape that the annotations of version 1 have.
    if (apiVersion !== 'autoscaling/v2beta1') return { specs, statuses };
    return { specs: specs.map(specOfVersion1), statuses: statuses.map(statusOfVersion1) };
  }
  const specs: unknown[] = annotatedList(autoscaler, metricsAnnotation).map(specOfVersion1);
  const statuses: unknown[] = annotatedList(autoscaler, currentMetricsAnnotation).map(statusOfVersion1);
  const target = optionalNumberAt(autoscaler, 'spec', 'targetCPUUtilizationPercentage');
  const current = optionalNumberAt(autoscaler, 'status', 'currentCPUUtilizationPercentage');
  if (statuses.length === 0 && current !== undefined) statuses.push(cpuStatus(current));
  if (target !== undefined) specs.splice(Math.max(statuses.findIndex(isCpuUtilization), 0), 0, cpuSpec(target));
  return { specs, statuses };
}

function isCpuUtilization(status: unknown): boolean {
  return (
    textAt(status, 'resource', 'name') === 'cpu' &&
    optionalNumberAt(status, 'resource', 'current', 'averageUtilization') !== undefined
  );
}

function annotatedList(autoscaler: Fields, annotation: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(textAt(mapAt(autoscaler, 'metadata', 'annotations'), annotation) || '[]');
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function cpuSpec(averageUtilization: number): unknown {
  return { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization } } };
}

function cpuStatus(averageUtilization: number): unknown {
  return { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization } } };
}

function specOfVersion1(metric: unknown): unknown {
  const member = members[textAt(metric, 'type')];
  if (member === undefined) return metric;
  const source = mapAt(metric, member);
  const target = {
    averageUtilization: optionalNumberAt(source, 'targetAverageUtilization'),
    averageValue: optionalTextAt(source, member === 'object' ? 'averageValue' : 'targetAverageValue'),
    value: optionalTextAt(source, 'targetValue'),
  };
  return { type: textAt(metric, 'type'), [member]: { name: textAt(source, 'name'), target } };
}

function statusOfVersion1(metric: unknown): unknown {
  const member = members[textAt(metric, 'type')];
  if (member === undefined || fieldAt(metric, member) === undefined) return metric;
  const source = mapAt(metric, member);
  const current = {
    averageUtilization: optionalNumberAt(source, 'currentAverageUtilization'),
    averageValue: optionalTextAt(source, member === 'object' ? 'averageValue' : 'currentAverageValue'),
    value: optionalTextAt(source, 'currentValue'),
  };
  return { type: textAt(metric, 'type'), [member]: { name: textAt(source, 'name'), current } };
}

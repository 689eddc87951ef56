import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { type Metrics, metricsOf } from './horizontal-pod-autoscaler-metrics.js';
import type { Printer } from './printer.js';
import { fieldAt, numberAt, optionalNumberAt, textAt } from './read-fields.js';

const shownMetrics = 2;

export const horizontalPodAutoscalerPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Reference',
      'scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.',
    ),
    column(
      'Targets',
      'metrics contains the specifications for which to use to calculate the desired replica count (the maximum replica count across all metrics will be used).  The desired replica count is calculated multiplying the ratio between the target value and the current value by the current number of pods.  Ergo, metrics used must decrease as the pod count is increased, and vice-versa.  See the individual metric source types for more information about how each type of metric must respond. If not set, the default metric will be set to 80% average CPU utilization.',
    ),
    column(
      'MinPods',
      'minReplicas is the lower limit for the number of replicas to which the autoscaler can scale down.  It defaults to 1 pod.  minReplicas is allowed to be 0 if the alpha feature gate HPAScaleToZero is enabled and at least one Object or External metric is configured.  Scaling is active as long as at least one metric value is available.',
    ),
    column(
      'MaxPods',
      'maxReplicas is the upper limit for the number of replicas to which the autoscaler can scale up. It cannot be less that minReplicas.',
    ),
    column(
      'Replicas',
      'currentReplicas is current number of replicas of pods managed by this autoscaler, as last seen by the autoscaler.',
    ),
    ageColumn,
  ],
  fields: [
    'apiVersion',
    'metadata.annotations',
    'spec.maxReplicas',
    'spec.metrics',
    'spec.minReplicas',
    'spec.scaleTargetRef',
    'spec.targetCPUUtilizationPercentage',
    'status.currentCPUUtilizationPercentage',
    'status.currentMetrics',
    'status.currentReplicas',
  ],
  cells(autoscaler) {
    const minReplicas = optionalNumberAt(autoscaler, 'spec', 'minReplicas');
    return [
      nameOf(autoscaler),
      `${textAt(autoscaler, 'spec', 'scaleTargetRef', 'kind')}/${textAt(autoscaler, 'spec', 'scaleTargetRef', 'name')}`,
      targets(metricsOf(autoscaler)),
      minReplicas === undefined ? '<unset>' : `${minReplicas}`,
      numberAt(autoscaler, 'spec', 'maxReplicas'),
      numberAt(autoscaler, 'status', 'currentReplicas'),
      age(autoscaler),
    ];
  },
};

function targets({ specs, statuses }: Metrics): string {
  if (specs.length === 0) return '<none>';
  const shown = specs
    .slice(0, shownMetrics)
    .map((spec, index) => target(spec, statuses[index]))
    .join(', ');
  return specs.length > shownMetrics ? `${shown} + ${specs.length - shownMetrics} more...` : shown;
}

function target(spec: unknown, status: unknown): string {
  switch (textAt(spec, 'type')) {
    case 'External':
      return averageOrValue(fieldAt(spec, 'external', 'target'), fieldAt(status, 'external'));
    case 'Object':
      return averageOrValue(fieldAt(spec, 'object', 'target'), fieldAt(status, 'object'));
    case 'Pods': {
      const pods = fieldAt(status, 'pods');
      const current = pods === undefined ? '<unknown>' : quantity(fieldAt(pods, 'current', 'averageValue'));
      return `${current}/${quantity(fieldAt(spec, 'pods', 'target', 'averageValue'))}`;
    }
    case 'Resource':
      return resourceTarget(fieldAt(spec, 'resource'), fieldAt(status, 'resource'));
    case 'ContainerResource':
      return resourceTarget(fieldAt(spec, 'containerResource'), fieldAt(status, 'containerResource'));
    default:
      return '<unknown type>';
  }
}

function averageOrValue(wanted: unknown, status: unknown): string {
  const averageValue = fieldAt(wanted, 'averageValue');
  if (averageValue !== undefined) {
    const current = fieldAt(status, 'current', 'averageValue');
    return `${current === undefined ? '<unknown>' : quantity(current)}/${quantity(averageValue)} (avg)`;
  }
  const current = status === undefined ? '<unknown>' : quantity(fieldAt(status, 'current', 'value'));
  return `${current}/${quantity(fieldAt(wanted, 'value'))}`;
}

function resourceTarget(spec: unknown, status: unknown): string {
  const averageValue = fieldAt(spec, 'target', 'averageValue');
  if (averageValue !== undefined) {
    const current = status === undefined ? '<unknown>' : quantity(fieldAt(status, 'current', 'averageValue'));
    return `${textAt(spec, 'name')}: ${current}/${quantity(averageValue)}`;
  }
  const current = optionalNumberAt(status, 'current', 'averageUtilization');
  const wanted = optionalNumberAt(spec, 'target', 'averageUtilization');
  const percent = (value: number | undefined, otherwise: string) => (value === undefined ? otherwise : `${value}%`);
  return `${textAt(spec, 'name')}: ${percent(current, '<unknown>')}/${percent(wanted, '<auto>')}`;
}

/** A kube-apiserver writes quantities in their canonical form; one that is missing it shows as Go shows a nil pointer. */
function quantity(value: unknown): string {
  if (typeof value === 'number') return `${value}`;
  return typeof value === 'string' ? value : '<nil>';
}

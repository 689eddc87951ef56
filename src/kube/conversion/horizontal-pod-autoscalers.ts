import { asList, asObject, compact, type JsonObject, mapMember } from './json-object.js';

const annotations = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
} as const;

/** autoscaling/v1 keeps what it has no fields for in annotations, in the form of v2beta1. */
export function autoscalerFromV1(autoscaler: JsonObject): JsonObject {
  const kept = readAnnotations(autoscaler);
  const spec = asObject(autoscaler.spec) ?? {};
  const status = asObject(autoscaler.status) ?? {};
  const { targetCPUUtilizationPercentage: target, ...otherSpec } = spec;
  const { currentCPUUtilizationPercentage: current, ...otherStatus } = status;
  const metrics = asList(kept.metrics).map((metric) => specFromV2beta1(asObject(metric) ?? {}));
  const currentMetrics = asList(kept.currentMetrics).map((metric) => statusFromV2beta1(asObject(metric) ?? {}));
  const cpuTarget =
    typeof target === 'number' ? [cpu({ target: { type: 'Utilization', averageUtilization: target } })] : [];
  const hasCpu = currentMetrics.some((metric) => asObject(metric.resource)?.name === 'cpu');
  const cpuCurrent = typeof current === 'number' && !hasCpu ? [cpu({ current: { averageUtilization: current } })] : [];
  return {
    ...autoscaler,
    ...(autoscaler.metadata === undefined ? {} : { metadata: withoutAnnotations(asObject(autoscaler.metadata) ?? {}) }),
    spec: compact({
      ...otherSpec,
      ...(cpuTarget.length + metrics.length === 0 ? {} : { metrics: [...cpuTarget, ...metrics] }),
      behavior: kept.behavior,
    }),
    status: compact({
      ...otherStatus,
      currentMetrics: cpuCurrent.length + currentMetrics.length === 0 ? null : [...currentMetrics, ...cpuCurrent],
      conditions: kept.conditions,
    }),
  };
}

/** autoscaling/v2 to v1. */
export function autoscalerToV1(autoscaler: JsonObject): JsonObject {
  const { metrics, behavior, ...spec } = asObject(autoscaler.spec) ?? {};
  const { currentMetrics, conditions, ...status } = asObject(autoscaler.status) ?? {};
  const wanted = asList(metrics).map((metric) => asObject(metric) ?? {});
  const target = wanted.find(isCpuUtilization);
  const others = wanted.filter((metric) => metric !== target);
  const found = asList(currentMetrics).map((metric) => asObject(metric) ?? {});
  const current = found.map((metric) => metricValue(metric, 'current').averageUtilization)[found.findIndex(isCpu)];
  const kept = {
    [annotations.metrics]: others.length === 0 ? undefined : others.map(specToV2beta1),
    [annotations.currentMetrics]: found.length === 0 ? undefined : found.map(statusToV2beta1),
    [annotations.conditions]: asList(conditions).length === 0 ? undefined : conditions,
    [annotations.behavior]: behavior,
  };
  const texts = Object.entries(kept).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, JSON.stringify(value)]],
  );
  return {
    ...autoscaler,
    ...(texts.length === 0
      ? {}
      : { metadata: withAnnotations(asObject(autoscaler.metadata) ?? {}, Object.fromEntries(texts)) }),
    spec: compact({
      ...spec,
      targetCPUUtilizationPercentage:
        target === undefined ? undefined : metricValue(target, 'target').averageUtilization,
    }),
    status: compact({
      ...status,
      currentReplicas: status.currentReplicas ?? 0,
      desiredReplicas: status.desiredReplicas ?? 0,
      currentCPUUtilizationPercentage: current,
    }),
  };
}

/** autoscaling/v2beta1, whose metrics name their targets one by one, to v2. */
export function autoscalerFromV2beta1(autoscaler: JsonObject): JsonObject {
  const mapped = mapMember(autoscaler, 'spec', (spec) => mapList(spec, 'metrics', specFromV2beta1));
  return mapMember(mapped, 'status', (status) => mapList(status, 'currentMetrics', statusFromV2beta1));
}

export function autoscalerToV2beta1(autoscaler: JsonObject): JsonObject {
  const mapped = mapMember(autoscaler, 'spec', ({ behavior: _, ...spec }) => mapList(spec, 'metrics', specToV2beta1));
  return mapMember(mapped, 'status', (status) => mapList(status, 'currentMetrics', statusToV2beta1));
}

const members = ['resource', 'containerResource', 'pods', 'object', 'external'] as const;

function mapList(object: JsonObject, name: string, map: (metric: JsonObject) => JsonObject): JsonObject {
  const metrics = object[name];
  return Array.isArray(metrics) ? { ...object, [name]: metrics.map((metric) => map(asObject(metric) ?? {})) } : object;
}

function cpu(value: JsonObject): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', ...value } };
}

function isCpu(metric: JsonObject): boolean {
  return metric.type === 'Resource' && asObject(metric.resource)?.name === 'cpu';
}

function isCpuUtilization(metric: JsonObject): boolean {
  return isCpu(metric) && typeof metricValue(metric, 'target').averageUtilization === 'number';
}

function metricValue(metric: JsonObject, which: 'target' | 'current'): JsonObject {
  for (const member of members) {
    const source = asObject(metric[member]);
    if (source !== undefined) return asObject(source[which]) ?? {};
  }
  return {};
}

function specFromV2beta1(metric: JsonObject): JsonObject {
  return mapSource(metric, (source, member) => {
    const { targetAverageUtilization, targetAverageValue, targetValue, averageValue, ...others } = source;
    const perPod = targetAverageValue ?? averageValue;
    const target =
      targetAverageUtilization !== undefined
        ? { type: 'Utilization', averageUtilization: targetAverageUtilization }
        : perPod !== undefined
          ? { type: 'AverageValue', averageValue: perPod }
          : { type: 'Value', value: targetValue };
    return identityFromV2beta1(others, member, { target });
  });
}

function statusFromV2beta1(metric: JsonObject): JsonObject {
  return mapSource(metric, (source, member) => {
    const { currentAverageUtilization, currentAverageValue, currentValue, averageValue, ...others } = source;
    const current = compact({
      value: currentValue,
      averageValue: currentAverageValue ?? averageValue,
      averageUtilization: currentAverageUtilization,
    });
    return identityFromV2beta1(others, member, { current });
  });
}

/** v2beta1 names a metric beside its target; v2 in a member of its own. */
function identityFromV2beta1(source: JsonObject, member: string, value: JsonObject): JsonObject {
  if (member === 'resource' || member === 'containerResource') {
    const { name, ...others } = source;
    return { name, ...value, ...others };
  }
  const { metricName, metricSelector, selector, target, ...others } = source;
  const metric = compact({ name: metricName, selector: metricSelector ?? selector });
  return member === 'object'
    ? { ...others, describedObject: target, ...value, metric }
    : { ...others, metric, ...value };
}

function specToV2beta1(metric: JsonObject): JsonObject {
  return mapSource(metric, (source, member) => {
    const { target, ...others } = source;
    const { averageUtilization, averageValue, value } = asObject(target) ?? {};
    const values =
      member === 'object'
        ? { targetValue: value, averageValue }
        : member === 'external'
          ? { targetValue: value, targetAverageValue: averageValue }
          : { targetAverageUtilization: averageUtilization, targetAverageValue: averageValue };
    return identityToV2beta1(others, member, values);
  });
}

function statusToV2beta1(metric: JsonObject): JsonObject {
  return mapSource(metric, (source, member) => {
    const { current, ...others } = source;
    const { averageUtilization, averageValue, value } = asObject(current) ?? {};
    const values =
      member === 'object'
        ? { currentValue: value ?? '0', averageValue }
        : member === 'external'
          ? { currentValue: value ?? '0', currentAverageValue: averageValue }
          : { currentAverageUtilization: averageUtilization, currentAverageValue: averageValue ?? '0' };
    return identityToV2beta1(others, member, values);
  });
}

function identityToV2beta1(source: JsonObject, member: string, values: JsonObject): JsonObject {
  if (member === 'resource' || member === 'containerResource') {
    const { name, ...others } = source;
    return compact({ name, ...values, ...others });
  }
  const { metric, describedObject, ...others } = source;
  const { name, selector } = asObject(metric) ?? {};
  const identity = member === 'external' ? { metricName: name, metricSelector: selector } : { metricName: name };
  const selection = member === 'external' ? {} : { selector };
  return compact({
    ...others,
    ...(member === 'object' ? { target: describedObject } : {}),
    ...identity,
    ...values,
    ...selection,
  });
}

function mapSource(metric: JsonObject, map: (source: JsonObject, member: string) => JsonObject): JsonObject {
  const mapped = Object.entries(metric).map(([name, value]) => {
    const source = asObject(value);
    return [name, source !== undefined && members.some((member) => member === name) ? map(source, name) : value];
  });
  return Object.fromEntries(mapped) as JsonObject;
}

function readAnnotations({ metadata }: JsonObject): Readonly<Partial<Record<keyof typeof annotations, unknown>>> {
  const texts = asObject(asObject(metadata)?.annotations) ?? {};
  const found = Object.entries(annotations).flatMap(([name, annotation]) => {
    const text = texts[annotation];
    if (typeof text !== 'string') return [];
    try {
      return [[name, JSON.parse(text) as unknown]];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(found) as Partial<Record<keyof typeof annotations, unknown>>;
}

function withoutAnnotations(metadata: JsonObject): JsonObject {
  const { annotations: texts, ...others } = metadata;
  const ours: readonly string[] = Object.values(annotations);
  const rest = Object.entries(asObject(texts) ?? {}).filter(([name]) => !ours.includes(name));
  return rest.length === 0 ? others : { ...others, annotations: Object.fromEntries(rest) };
}

function withAnnotations(metadata: JsonObject, more: JsonObject): JsonObject {
  const all = Object.entries({ ...asObject(metadata.annotations), ...more }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...metadata, annotations: Object.fromEntries(all) };
}

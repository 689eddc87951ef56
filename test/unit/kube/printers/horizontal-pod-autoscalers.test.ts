import { describe, expect, it } from '@jest/globals';
import { cellsOf, printerOf } from './cells.js';

const printer = printerOf('autoscaling', 'horizontalpodautoscalers');

function targets(metrics: readonly unknown[], currentMetrics: readonly unknown[] = []): unknown {
  return cellsOf(printer, { apiVersion: 'autoscaling/v2', spec: { metrics }, status: { currentMetrics } }).Targets;
}

const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };
const cpuNow = {
  type: 'Resource',
  resource: { name: 'cpu', current: { averageUtilization: 45, averageValue: '450m' } },
};
const memory = { type: 'Resource', resource: { name: 'memory', target: { averageValue: '1Gi' } } };
const memoryNow = { type: 'Resource', resource: { name: 'memory', current: { averageValue: '512Mi' } } };
const external = (target: unknown) => ({ type: 'External', external: { metric: { name: 'm' }, target } });
const externalNow = (current: unknown) => ({ type: 'External', external: { metric: { name: 'm' }, current } });
const object = (target: unknown) => ({ type: 'Object', object: { target } });
const objectNow = (current: unknown) => ({ type: 'Object', object: { current } });

describe('the targets of a horizontal pod autoscaler', () => {
  it.each<[string, readonly unknown[], readonly unknown[], string]>([
    ['none', [], [], '<none>'],
    ['utilization', [cpu], [cpuNow], 'cpu: 45%/80%'],
    ['utilization not measured', [cpu], [], 'cpu: <unknown>/80%'],
    [
      'utilization of no target',
      [{ type: 'Resource', resource: { name: 'cpu', target: {} } }],
      [cpuNow],
      'cpu: 45%/<auto>',
    ],
    ['a value', [memory], [memoryNow], 'memory: 512Mi/1Gi'],
    ['a value not measured', [memory], [], 'memory: <unknown>/1Gi'],
    ['a value measured as something else', [memory], [{ resource: { current: {} } }], 'memory: <nil>/1Gi'],
    [
      'of a container',
      [{ type: 'ContainerResource', containerResource: { name: 'cpu', target: { averageUtilization: 5 } } }],
      [{ containerResource: { current: { averageUtilization: 7 } } }],
      'cpu: 7%/5%',
    ],
    [
      'of pods',
      [{ type: 'Pods', pods: { target: { averageValue: '1k' } } }],
      [{ pods: { current: { averageValue: '500' } } }],
      '500/1k',
    ],
    ['of pods, not measured', [{ type: 'Pods', pods: { target: { averageValue: '1k' } } }], [], '<unknown>/1k'],
    [
      'external, on average',
      [external({ averageValue: '30' })],
      [externalNow({ averageValue: '12500m', value: '0' })],
      '12500m/30 (avg)',
    ],
    [
      'external, on average, not measured',
      [external({ averageValue: '30' })],
      [externalNow({ value: '1' })],
      '<unknown>/30 (avg)',
    ],
    ['external', [external({ value: '100' })], [externalNow({ value: '250' })], '250/100'],
    ['external, not measured', [external({ value: '100' })], [], '<unknown>/100'],
    ['external, without a value', [external({ value: '100' })], [externalNow({})], '<nil>/100'],
    ['of an object', [object({ value: '10k' })], [objectNow({ value: '1500' })], '1500/10k'],
    ['of an object, on average', [object({ averageValue: '2' })], [objectNow({ averageValue: '1' })], '1/2 (avg)'],
    ['of another type', [{ type: 'Stars' }], [], '<unknown type>'],
    ['two', [memory, cpu], [memoryNow, cpuNow], 'memory: 512Mi/1Gi, cpu: 45%/80%'],
    ['more', [memory, cpu, cpu, cpu], [], 'memory: <unknown>/1Gi, cpu: <unknown>/80% + 2 more...'],
    ['in another order than measured', [memory, cpu], [cpuNow, memoryNow], 'memory: 450m/1Gi, cpu: <unknown>/80%'],
  ])('%s', (_, metrics, current, expected) => {
    expect(targets(metrics, current)).toBe(expected);
  });
});

describe('an autoscaler of autoscaling/v1', () => {
  const version1 = (annotations: Record<string, unknown>, spec: object = {}, status: object = {}) =>
    cellsOf(printer, {
      apiVersion: 'autoscaling/v1',
      metadata: {
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([name, value]) => [
            `autoscaling.alpha.kubernetes.io/${name}`,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      },
      spec,
      status,
    }).Targets;

  it.each<[string, unknown, string]>([
    ['no metric', version1({}), '<none>'],
    [
      'the CPU',
      version1({}, { targetCPUUtilizationPercentage: 80 }, { currentCPUUtilizationPercentage: 9 }),
      'cpu: 9%/80%',
    ],
    [
      'the CPU before others that nobody measured',
      version1(
        { metrics: [{ type: 'Resource', resource: { name: 'memory', targetAverageValue: '1Gi' } }] },
        { targetCPUUtilizationPercentage: 80 },
      ),
      'cpu: <unknown>/80%, memory: <unknown>/1Gi',
    ],
    [
      'the CPU where it was measured among the others',
      version1(
        {
          metrics: [{ type: 'Pods', pods: { metricName: 'rps', targetAverageValue: '1k' } }],
          'current-metrics': [
            { type: 'Pods', pods: { metricName: 'rps', currentAverageValue: '5' } },
            { type: 'Resource', resource: { name: 'cpu', currentAverageUtilization: 12, currentAverageValue: '1' } },
          ],
        },
        { targetCPUUtilizationPercentage: 50 },
      ),
      '5/1k, cpu: 12%/50%',
    ],
    [
      'an object, on average',
      version1({
        metrics: [{ type: 'Object', object: { metricName: 'm', targetValue: '0', averageValue: '3' } }],
        'current-metrics': [{ type: 'Object', object: { currentValue: '9', averageValue: '2' } }],
      }),
      '2/3 (avg)',
    ],
    [
      'annotations that are no JSON',
      version1({ metrics: '{', 'current-metrics': '5' }, { targetCPUUtilizationPercentage: 1 }),
      'cpu: <unknown>/1%',
    ],
  ])('shows %s', (_, shown, expected) => {
    expect(shown).toBe(expected);
  });
});

import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { podStatusCells } from './pod-status.js';
import type { Fields, Printer, RowCondition } from './printer.js';
import { conditionAt, listAt, textAt } from './read-fields.js';

const succeeded: readonly RowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.' },
];
const failed: readonly RowCondition[] = [
  { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
];

export const podPrinter: Printer = {
  columns: [
    nameColumn,
    column('Ready', 'The aggregate readiness state of this pod for accepting traffic.'),
    column('Status', 'The aggregate status of the containers in this pod.'),
    column(
      'Restarts',
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
    ),
    ageColumn,
    column(
      'IP',
      'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.',
      { priority: 1 },
    ),
    column(
      'Node',
      'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
      { priority: 1 },
    ),
    column(
      'Nominated Node',
      'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
      { priority: 1 },
    ),
    column(
      'Readiness Gates',
      'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
      { priority: 1 },
    ),
  ],
  fields: [
    'metadata.deletionTimestamp',
    'spec.containers#',
    'spec.initContainers.name',
    'spec.initContainers.restartPolicy',
    'spec.nodeName',
    'spec.readinessGates.conditionType',
    'status.conditions.reason',
    'status.conditions.status',
    'status.conditions.type',
    'status.containerStatuses.lastState.terminated.finishedAt',
    'status.containerStatuses.ready',
    'status.containerStatuses.restartCount',
    'status.containerStatuses.state',
    'status.initContainerStatuses.lastState.terminated.finishedAt',
    'status.initContainerStatuses.name',
    'status.initContainerStatuses.ready',
    'status.initContainerStatuses.restartCount',
    'status.initContainerStatuses.started',
    'status.initContainerStatuses.state',
    'status.nominatedNodeName',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.reason',
  ],
  cells(pod) {
    const { ready, status, restarts } = podStatusCells(pod);
    return [
      nameOf(pod),
      ready,
      status,
      restarts,
      age(pod),
      // The single address wins when both are there and differ: older kubelets write it alone.
      textAt(pod, 'status', 'podIP') || textAt(listAt(pod, 'status', 'podIPs')[0], 'ip') || '<none>',
      textAt(pod, 'spec', 'nodeName') || '<none>',
      textAt(pod, 'status', 'nominatedNodeName') || '<none>',
      readinessGates(pod),
    ];
  },
  conditions: completion,
};

function completion(pod: Fields): readonly RowCondition[] | undefined {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded') return succeeded;
  return phase === 'Failed' ? failed : undefined;
}

function readinessGates(pod: Fields): string {
  const gates = listAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return '<none>';
  const open = gates.filter((gate) => textAt(conditionAt(pod, textAt(gate, 'conditionType')), 'status') === 'True');
  return `${open.length}/${gates.length}`;
}

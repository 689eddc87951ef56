import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { containerCells } from './containers.js';
import { formatLabelSelector, formatLabels, selectorText } from './format-labels.js';
import { lowerCase } from './lower-case.js';
import type { Cell, Fields, Printer } from './printer.js';
import { fieldAt, integerAt, listAt, numberAt, optionalBooleanAt, optionalNumberAt, textAt } from './read-fields.js';

const templateFields = ['spec.template.spec.containers.image', 'spec.template.spec.containers.name'];

export const deploymentPrinter: Printer = {
  columns: [
    nameColumn,
    column('Ready', 'Number of the pod with ready state'),
    column(
      'Up-to-date',
      'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
    ),
    column(
      'Available',
      'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
    ),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
    column(
      'Selector',
      "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
      { priority: 1 },
    ),
  ],
  fields: [
    ...templateFields,
    'spec.replicas',
    'spec.selector',
    'status.availableReplicas',
    'status.readyReplicas',
    'status.updatedReplicas',
  ],
  cells: (deployment) => [
    nameOf(deployment),
    `${numberAt(deployment, 'status', 'readyReplicas')}/${desiredReplicas(deployment)}`,
    numberAt(deployment, 'status', 'updatedReplicas'),
    numberAt(deployment, 'status', 'availableReplicas'),
    age(deployment),
    ...templateCells(deployment),
    selectorText(fieldAt(deployment, 'spec', 'selector')) ?? '<invalid>',
  ],
};

export const replicaSetPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Desired',
      'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
      { type: 'integer' },
    ),
    column(
      'Current',
      'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
      { type: 'integer' },
    ),
    column('Ready', 'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.', {
      type: 'integer',
    }),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
    column(
      'Selector',
      "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      { priority: 1 },
    ),
  ],
  fields: [...templateFields, 'spec.replicas', 'spec.selector', 'status.readyReplicas', 'status.replicas'],
  cells: (set) => [...replicaCells(set), formatLabelSelector(fieldAt(set, 'spec', 'selector'))],
};

export const replicationControllerPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Desired',
      'Replicas is the number of desired replicas. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
      { type: 'integer' },
    ),
    column(
      'Current',
      'Replicas is the most recently observed number of replicas. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
      { type: 'integer' },
    ),
    column('Ready', 'The number of ready replicas for this replication controller.', { type: 'integer' }),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
    column(
      'Selector',
      'Selector is a label query over pods that should match the Replicas count. If Selector is empty, it is defaulted to the labels present on the Pod template. Label keys and values that must match in order to be controlled by this replication controller, if empty defaulted to labels on Pod template. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      { priority: 1 },
    ),
  ],
  fields: [...templateFields, 'spec.replicas', 'spec.selector', 'status.readyReplicas', 'status.replicas'],
  cells: (controller) => [...replicaCells(controller), formatLabels(fieldAt(controller, 'spec', 'selector'))],
};

export const statefulSetPrinter: Printer = {
  columns: [
    nameColumn,
    column('Ready', 'Number of the pod with ready state'),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
  ],
  fields: [...templateFields, 'spec.replicas', 'status.readyReplicas'],
  cells: (set) => [
    nameOf(set),
    `${numberAt(set, 'status', 'readyReplicas')}/${desiredReplicas(set)}`,
    age(set),
    ...templateCells(set),
  ],
};

export const daemonSetPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Desired',
      'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
      { type: 'integer' },
    ),
    column(
      'Current',
      'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
      { type: 'integer' },
    ),
    column(
      'Ready',
      'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
      { type: 'integer' },
    ),
    column('Up-to-date', 'The total number of nodes that are running updated daemon pod', { type: 'integer' }),
    column(
      'Available',
      'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
      { type: 'integer' },
    ),
    column(
      'Node Selector',
      "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
    ),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
    column(
      'Selector',
      "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
      { priority: 1 },
    ),
  ],
  fields: [
    ...templateFields,
    'spec.selector',
    'spec.template.spec.nodeSelector',
    'status.currentNumberScheduled',
    'status.desiredNumberScheduled',
    'status.numberAvailable',
    'status.numberReady',
    'status.updatedNumberScheduled',
  ],
  cells: (set) => [
    nameOf(set),
    numberAt(set, 'status', 'desiredNumberScheduled'),
    numberAt(set, 'status', 'currentNumberScheduled'),
    numberAt(set, 'status', 'numberReady'),
    numberAt(set, 'status', 'updatedNumberScheduled'),
    numberAt(set, 'status', 'numberAvailable'),
    formatLabels(fieldAt(set, 'spec', 'template', 'spec', 'nodeSelector')),
    age(set),
    ...templateCells(set),
    formatLabelSelector(fieldAt(set, 'spec', 'selector')),
  ],
};

export const podTemplatePrinter: Printer = {
  columns: [
    nameColumn,
    column('Containers', 'Names of each container in the template.'),
    column('Images', 'Images referenced by each container in the template.'),
    column('Pod Labels', 'The labels for the pod template.'),
  ],
  fields: ['template.metadata.labels', 'template.spec.containers.image', 'template.spec.containers.name'],
  cells: (template) => [
    nameOf(template),
    ...containerCells(fieldAt(template, 'template', 'spec')),
    formatLabels(fieldAt(template, 'template', 'metadata', 'labels')),
  ],
};

export const controllerRevisionPrinter: Printer = {
  columns: [
    nameColumn,
    column('Controller', 'Controller of the object'),
    column('Revision', 'Revision indicates the revision of the state represented by Data.'),
    ageColumn,
  ],
  fields: ['metadata.ownerReferences', 'revision'],
  cells: (revision) => [nameOf(revision), controllerName(revision), integerAt(revision, 'revision'), age(revision)],
};

function replicaCells(object: Fields): Cell[] {
  return [
    nameOf(object),
    desiredReplicas(object),
    numberAt(object, 'status', 'replicas'),
    numberAt(object, 'status', 'readyReplicas'),
    age(object),
    ...templateCells(object),
  ];
}

function desiredReplicas(object: Fields): number {
  return optionalNumberAt(object, 'spec', 'replicas') ?? 1;
}

function templateCells(object: Fields): [string, string] {
  return containerCells(fieldAt(object, 'spec', 'template', 'spec'));
}

function controllerName(object: Fields): string {
  const owner = listAt(object, 'metadata', 'ownerReferences').find(
    (reference) => optionalBooleanAt(reference, 'controller') === true,
  );
  if (owner === undefined) return '<none>';
  const [group = ''] = textAt(owner, 'apiVersion').includes('/') ? textAt(owner, 'apiVersion').split('/') : [''];
  const kind = group === '' ? textAt(owner, 'kind') : `${textAt(owner, 'kind')}.${group}`;
  return kind === '' ? textAt(owner, 'name') : `${lowerCase(kind)}/${textAt(owner, 'name')}`;
}

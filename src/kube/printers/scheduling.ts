import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import type { Fields, Printer } from './printer.js';
import { fieldAt, listAt, numberAt, optionalBooleanAt, textAt } from './read-fields.js';

export const priorityClassPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Value',
      'value represents the integer value of this priority class. This is the actual priority that pods receive when they have the name of this class in their pod spec.',
      { type: 'integer' },
    ),
    column(
      'Global-Default',
      'globalDefault specifies whether this PriorityClass should be considered as the default priority for pods that do not have any priority class. Only one PriorityClass can be marked as `globalDefault`. However, if more than one PriorityClasses exists with their `globalDefault` field set to true, the smallest value of such global default PriorityClasses will be used as the default priority.',
      { type: 'boolean' },
    ),
    ageColumn,
    column(
      'PreemptionPolicy',
      'preemptionPolicy is the Policy for preempting pods with lower priority. One of Never, PreemptLowerPriority. Defaults to PreemptLowerPriority if unset.',
    ),
  ],
  fields: ['globalDefault', 'preemptionPolicy', 'value'],
  cells: (priorityClass) => [
    nameOf(priorityClass),
    numberAt(priorityClass, 'value'),
    optionalBooleanAt(priorityClass, 'globalDefault') ?? false,
    age(priorityClass),
    textAt(priorityClass, 'preemptionPolicy'),
  ],
};

export const workloadPrinter: Printer = {
  columns: [nameColumn, ageColumn],
  fields: [],
  cells: (workload) => [nameOf(workload), age(workload)],
};

export const podGroupPrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'Policy',
      'SchedulingPolicy defines the scheduling policy for this instance of the PodGroup. Controllers are expected to fill this field by copying it from a PodGroupTemplate. This field is immutable.',
    ),
    column('Workload', 'Name of the referenced Workload object'),
    column('Status', 'Status of the PodGroup'),
    ageColumn,
  ],
  fields: [
    'spec.podGroupTemplateRef.workload.workloadName',
    'spec.schedulingPolicy.gang#',
    'status.conditions.reason',
    'status.conditions.status',
    'status.conditions.type',
  ],
  cells: (group) => [
    nameOf(group),
    fieldAt(group, 'spec', 'schedulingPolicy', 'gang') === undefined ? 'Basic' : 'Gang',
    fieldAt(group, 'spec', 'podGroupTemplateRef') === undefined
      ? '<none>'
      : textAt(group, 'spec', 'podGroupTemplateRef', 'workload', 'workloadName'),
    podGroupStatus(group),
    age(group),
  ],
};

function podGroupStatus(group: Fields): string {
  const conditions = listAt(group, 'status', 'conditions');
  const last = (type: string) => conditions.findLast((condition) => textAt(condition, 'type') === type);
  const disruption = last('DisruptionTarget');
  if (disruption !== undefined) return textAt(disruption, 'reason');
  const scheduled = last('PodGroupScheduled');
  if (scheduled === undefined) return 'Pending';
  return textAt(scheduled, 'status') === 'True' ? 'Scheduled' : 'Unschedulable';
}

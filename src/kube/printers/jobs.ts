import { age, elapsed, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { containerCells } from './containers.js';
import { formatLabelSelector } from './format-labels.js';
import { humanDuration } from './human-duration.js';
import type { Cell, Fields, Printer } from './printer.js';
import {
  conditionAt,
  countAt,
  fieldAt,
  isNullAt,
  mapAt,
  numberAt,
  optionalBooleanAt,
  optionalNumberAt,
  optionalTextAt,
  textAt,
} from './read-fields.js';
import { parseInstant, zeroTime } from './timestamp.js';

export const jobPrinter: Printer = {
  columns: [
    nameColumn,
    column('Status', 'Status of the job.'),
    column(
      'Completions',
      'The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.',
    ),
    column('Duration', 'Time required to complete the job.'),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
    column(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      { priority: 1 },
    ),
  ],
  fields: [
    'metadata.deletionTimestamp',
    'spec.completions',
    'spec.parallelism',
    'spec.selector',
    'spec.template.spec.containers.image',
    'spec.template.spec.containers.name',
    'status.completionTime',
    'status.conditions.status',
    'status.conditions.type',
    'status.startTime',
    'status.succeeded',
  ],
  cells: (job) => [
    nameOf(job),
    jobStatus(job),
    completions(job),
    jobDuration(job),
    age(job),
    ...containerCells(fieldAt(job, 'spec', 'template', 'spec')),
    formatLabelSelector(fieldAt(job, 'spec', 'selector')),
  ],
};

export const cronJobPrinter: Printer = {
  columns: [
    nameColumn,
    column('Schedule', 'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.'),
    column(
      'Timezone',
      'The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
    ),
    column(
      'Suspend',
      'This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.',
      { type: 'boolean' },
    ),
    column('Active', 'A list of pointers to currently running jobs.', { type: 'integer' }),
    column('Last Schedule', 'Information when was the last time the job was successfully scheduled.'),
    ageColumn,
    column('Containers', 'Names of each container in the template.', { priority: 1 }),
    column('Images', 'Images referenced by each container in the template.', { priority: 1 }),
    column(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      { priority: 1 },
    ),
  ],
  fields: [
    'spec.jobTemplate.spec.selector',
    'spec.jobTemplate.spec.template.spec.containers.image',
    'spec.jobTemplate.spec.template.spec.containers.name',
    'spec.schedule',
    'spec.suspend',
    'spec.timeZone',
    'status.active#',
    'status.lastScheduleTime',
  ],
  cells(cronJob) {
    const suspend = optionalBooleanAt(cronJob, 'spec', 'suspend');
    const hasSchedule = Object.hasOwn(mapAt(cronJob, 'status'), 'lastScheduleTime');
    return [
      nameOf(cronJob),
      textAt(cronJob, 'spec', 'schedule'),
      optionalTextAt(cronJob, 'spec', 'timeZone') ?? '<none>',
      suspend === undefined ? '<unset>' : suspend ? 'True' : 'False',
      countAt(cronJob, 'status', 'active'),
      hasSchedule ? elapsed(fieldAt(cronJob, 'status', 'lastScheduleTime')) : '<none>',
      age(cronJob),
      ...containerCells(fieldAt(cronJob, 'spec', 'jobTemplate', 'spec', 'template', 'spec')),
      formatLabelSelector(fieldAt(cronJob, 'spec', 'jobTemplate', 'spec', 'selector')),
    ];
  },
};

function jobStatus(job: Fields): string {
  const has = (type: string) => textAt(conditionAt(job, type), 'status') === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (optionalTextAt(job, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  return has('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function completions(job: Fields): string {
  const succeeded = numberAt(job, 'status', 'succeeded');
  const wanted = optionalNumberAt(job, 'spec', 'completions');
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: Fields): Cell {
  const start = jobTime(job, 'startTime');
  const completion = jobTime(job, 'completionTime');
  if (start === undefined) return '';
  return completion === undefined ? { since: start } : humanDuration(completion - start);
}

function jobTime(job: Fields, name: string): number | undefined {
  if (isNullAt(job, ['status', name])) return zeroTime;
  return parseInstant(fieldAt(job, 'status', name));
}

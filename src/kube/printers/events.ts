import { elapsed, nameOf } from './age.js';
import { column, nameColumn } from './column.js';
import { lowerCase } from './lower-case.js';
import type { Fields, Printer } from './printer.js';
import { fieldAt, numberAt, textAt } from './read-fields.js';
import { parseTimestamp } from './timestamp.js';

/** Unicode's white space, which is not quite what trim() takes away. */
const outerSpace = /^\p{White_Space}+|\p{White_Space}+$/gu;

/** Both views of an event: core/v1, and events.k8s.io/v1 with its other names for the same. */
export const eventPrinter: Printer = {
  columns: [
    column('Last Seen', 'The time at which the most recent occurrence of this event was recorded.'),
    column('Type', 'Type of this event (Normal, Warning), new types could be added in the future'),
    column(
      'Reason',
      "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
    ),
    column('Object', 'The object that this event is about.'),
    column(
      'Subobject',
      'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
      { priority: 1 },
    ),
    column('Source', 'The component reporting this event. Should be a short machine understandable string.', {
      priority: 1,
    }),
    column('Message', 'A human-readable description of the status of this operation.'),
    column('First Seen', 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)', {
      priority: 1,
    }),
    column('Count', 'The number of times this event has occurred.', { priority: 1 }),
    { ...nameColumn, priority: 1 },
  ],
  fields: [
    'count',
    'deprecatedCount',
    'deprecatedFirstTimestamp',
    'deprecatedLastTimestamp',
    'deprecatedSource',
    'eventTime',
    'firstTimestamp',
    'involvedObject.fieldPath',
    'involvedObject.kind',
    'involvedObject.name',
    'lastTimestamp',
    'message',
    'note',
    'reason',
    'regarding.fieldPath',
    'regarding.kind',
    'regarding.name',
    'reportingComponent',
    'reportingController',
    'reportingInstance',
    'series',
    'source',
    'type',
  ],
  cells(event) {
    const firstSeen = firstTime(fieldAt(event, 'firstTimestamp') ?? fieldAt(event, 'deprecatedFirstTimestamp'), event);
    const series = fieldAt(event, 'series');
    const last = fieldAt(event, 'lastTimestamp') ?? fieldAt(event, 'deprecatedLastTimestamp');
    const lastSeen = parseTimestamp(last) === undefined ? firstSeen : elapsed(last);
    const count = numberAt(event, 'count') || numberAt(event, 'deprecatedCount') || 1;
    const object = fieldAt(event, 'involvedObject') ?? fieldAt(event, 'regarding');
    const kind = lowerCase(textAt(object, 'kind'));
    const objectName = textAt(object, 'name');
    return [
      series === undefined ? lastSeen : elapsed(fieldAt(series, 'lastObservedTime')),
      textAt(event, 'type'),
      textAt(event, 'reason'),
      objectName === '' ? kind : `${kind}/${objectName}`,
      textAt(object, 'fieldPath'),
      source(event),
      (textAt(event, 'message') || textAt(event, 'note')).replace(outerSpace, ''),
      firstSeen,
      series === undefined ? count : numberAt(series, 'count'),
      nameOf(event),
    ];
  },
};

function firstTime(timestamp: unknown, event: Fields) {
  return elapsed(parseTimestamp(timestamp) === undefined ? fieldAt(event, 'eventTime') : timestamp);
}

function source(event: Fields): string {
  const old = fieldAt(event, 'source') ?? fieldAt(event, 'deprecatedSource');
  const component =
    textAt(old, 'component') || textAt(event, 'reportingComponent') || textAt(event, 'reportingController');
  const instance = textAt(old, 'host') || textAt(event, 'reportingInstance');
  return instance === '' ? component : `${component}, ${instance}`;
}

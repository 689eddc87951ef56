import type { Cell, Fields } from './printer.js';
import { fieldAt, listAt, numberAt, optionalBooleanAt, optionalTextAt, textAt } from './read-fields.js';
import { parseTimestamp } from './timestamp.js';

export interface PodStatusCells {
  readonly ready: string;
  readonly status: string;
  readonly restarts: Cell;
}

interface Restarts {
  count: number;
  /** Of the last one, in milliseconds since the epoch. */
  last: number | undefined;
}

interface InitState {
  readonly all: Restarts;
  /** Those of init containers that keep running beside the containers. */
  readonly ofSidecars: Restarts;
  readonly readySidecars: number;
  /** Of the first init container that is not done; undefined when all are. */
  readonly reason: string | undefined;
}

/** What a kube-apiserver makes of phase, conditions and container statuses of a pod. */
export function podStatusCells(pod: Fields): PodStatusCells {
  const conditions = listAt(pod, 'status', 'conditions');
  const sidecars = listAt(pod, 'spec', 'initContainers').filter(
    (container) => textAt(container, 'restartPolicy') === 'Always',
  );
  const init = initState(pod, new Set(sidecars.map((container) => textAt(container, 'name'))));
  let ready = init.readySidecars;
  let reason = init.reason ?? reasonOfPod(pod, conditions);
  let restarts = init.all;
  if (init.reason === undefined || isTrue(conditions, 'Initialized')) {
    const statuses = listAt(pod, 'status', 'containerStatuses');
    restarts = { ...init.ofSidecars };
    let running = 0;
    let failure: string | undefined;
    // From the last to the first, so that the reason of the first container stays.
    for (const status of [...statuses].reverse()) {
      addRestarts(restarts, status);
      const found = containerReason(status);
      if (found !== undefined) {
        reason = found;
        if (hasFailed(status)) failure = found;
      } else if (optionalBooleanAt(status, 'ready') === true && fieldAt(status, 'state', 'running') !== undefined) {
        running += 1;
      }
    }
    ready += running;
    if (reason === 'Completed') {
      if (running > 0 && isReady(conditions)) reason = 'Running';
      else if (failure !== undefined) reason = failure;
      else if (running > 0) reason = 'NotReady';
    }
  }
  const total = listAt(pod, 'spec', 'containers').length + sidecars.length;
  return { ready: `${ready}/${total}`, status: deletionReason(pod) ?? reason, restarts: restartsCell(restarts) };
}

function reasonOfPod(pod: Fields, conditions: readonly unknown[]): string {
  const isGated = conditions.some(
    (condition) => textAt(condition, 'type') === 'PodScheduled' && textAt(condition, 'reason') === 'SchedulingGated',
  );
  if (isGated) return 'SchedulingGated';
  return textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase');
}

function deletionReason(pod: Fields): string | undefined {
  if (optionalTextAt(pod, 'metadata', 'deletionTimestamp') === undefined) return undefined;
  if (textAt(pod, 'status', 'reason') === 'NodeLost') return 'Unknown';
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Failed' || phase === 'Succeeded' ? undefined : 'Terminating';
}

function initState(pod: Fields, sidecars: ReadonlySet<string>): InitState {
  const all: Restarts = { count: 0, last: undefined };
  const ofSidecars: Restarts = { count: 0, last: undefined };
  let readySidecars = 0;
  let reason: string | undefined;
  for (const [index, status] of listAt(pod, 'status', 'initContainerStatuses').entries()) {
    const isSidecar = sidecars.has(textAt(status, 'name'));
    addRestarts(all, status);
    if (isSidecar) addRestarts(ofSidecars, status);
    const terminated = fieldAt(status, 'state', 'terminated');
    if (terminated !== undefined && numberAt(terminated, 'exitCode') === 0) continue;
    if (isSidecar && optionalBooleanAt(status, 'started') === true) {
      if (optionalBooleanAt(status, 'ready') === true) readySidecars += 1;
      continue;
    }
    const waiting = textAt(status, 'state', 'waiting', 'reason');
    if (terminated !== undefined) reason = `Init:${terminationReason(terminated)}`;
    else if (waiting !== '' && waiting !== 'PodInitializing') reason = `Init:${waiting}`;
    else reason = `Init:${index}/${listAt(pod, 'spec', 'initContainers').length}`;
    break;
  }
  return { all, ofSidecars, readySidecars, reason };
}

/** Whether a container has ended, for no reason to wait, with an error. */
function hasFailed(status: unknown): boolean {
  if (textAt(status, 'state', 'waiting', 'reason') !== '') return false;
  return numberAt(status, 'state', 'terminated', 'exitCode') !== 0;
}

/** undefined for a container that neither waits for something nor has ended. */
function containerReason(status: unknown): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  if (waiting !== '') return waiting;
  const terminated = fieldAt(status, 'state', 'terminated');
  return terminated === undefined ? undefined : terminationReason(terminated);
}

function terminationReason(terminated: unknown): string {
  const reason = textAt(terminated, 'reason');
  if (reason !== '') return reason;
  const signal = numberAt(terminated, 'signal');
  return signal === 0 ? `ExitCode:${numberAt(terminated, 'exitCode')}` : `Signal:${signal}`;
}

function addRestarts(restarts: Restarts, status: unknown): void {
  restarts.count += numberAt(status, 'restartCount');
  const finished = parseTimestamp(fieldAt(status, 'lastState', 'terminated', 'finishedAt'));
  if (finished !== undefined && (restarts.last === undefined || finished > restarts.last)) restarts.last = finished;
}

function restartsCell({ count, last }: Restarts): Cell {
  if (count === 0 || last === undefined) return `${count}`;
  return { before: `${count} (`, since: last, after: ' ago)' };
}

/** By the first condition of that type. */
function isTrue(conditions: readonly unknown[], type: string): boolean {
  return (
    textAt(
      conditions.find((condition) => textAt(condition, 'type') === type),
      'status',
    ) === 'True'
  );
}

function isReady(conditions: readonly unknown[]): boolean {
  return conditions.some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}

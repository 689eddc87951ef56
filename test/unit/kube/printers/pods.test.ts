import { describe, expect, it } from '@jest/globals';
import type { Fields } from '../../../../src/kube/printers/printer.js';
import { cellsOf, printerOf } from './cells.js';

const pods = printerOf('', 'pods');
const running = { running: { startedAt: '2026-11-20T11:00:00Z' } };
const ready = { type: 'Ready', status: 'True' };
const initialized = { type: 'Initialized', status: 'True' };

/** Ready, Status and Restarts of a pod with as many containers as there are statuses. */
function shown(status: Fields, more: { readonly spec?: Fields; readonly metadata?: Fields } = {}): string {
  const containers = ((status.containerStatuses as unknown[]) ?? [{}]).map((_, index) => ({ name: `c${index}` }));
  const cells = cellsOf(pods, {
    metadata: { name: 'p', ...more.metadata },
    spec: { containers, ...more.spec },
    status,
  });
  return [cells.Ready, cells.Status, cells.Restarts].join(' | ');
}

function ended(exitCode: number, more: Fields = {}): Fields {
  return { restartCount: 0, ready: false, state: { terminated: { exitCode, ...more } } };
}

function alive(more: Fields = {}): Fields {
  return { restartCount: 0, ready: true, state: running, ...more };
}

function lastEnded(finishedAt: string, restartCount: number): Fields {
  return { restartCount, lastState: { terminated: { exitCode: 1, finishedAt } } };
}

describe('the status of a pod', () => {
  it.each<[string, Fields, string]>([
    ['its phase', { phase: 'Pending' }, '0/1 | Pending | 0'],
    ['nothing', {}, '0/1 |  | 0'],
    ['its reason before its phase', { phase: 'Failed', reason: 'Evicted' }, '0/1 | Evicted | 0'],
    [
      'scheduling gates before both',
      { phase: 'Pending', reason: 'Other', conditions: [{ type: 'PodScheduled', reason: 'SchedulingGated' }] },
      '0/1 | SchedulingGated | 0',
    ],
    ['running', { phase: 'Running', conditions: [ready], containerStatuses: [alive()] }, '1/1 | Running | 0'],
    [
      'running and not ready',
      { phase: 'Running', containerStatuses: [alive({ ready: false }), alive()] },
      '1/2 | Running | 0',
    ],
    [
      'the reason of the first container that has one',
      {
        phase: 'Running',
        containerStatuses: [
          { state: { waiting: { reason: 'ImagePullBackOff' } } },
          { state: { waiting: { reason: 'CrashLoopBackOff' } } },
          alive(),
        ],
      },
      '1/3 | ImagePullBackOff | 0',
    ],
    [
      'waiting for no reason, which leaves the phase',
      { phase: 'Pending', containerStatuses: [{ state: { waiting: {} } }] },
      '0/1 | Pending | 0',
    ],
    [
      'the reason of an end',
      { phase: 'Failed', containerStatuses: [ended(137, { reason: 'OOMKilled' })] },
      '0/1 | OOMKilled | 0',
    ],
    ['a signal', { phase: 'Failed', containerStatuses: [ended(137, { signal: 9 })] }, '0/1 | Signal:9 | 0'],
    ['an exit code', { phase: 'Failed', containerStatuses: [ended(3)] }, '0/1 | ExitCode:3 | 0'],
    [
      'completed, while others run and the pod is ready',
      { phase: 'Running', conditions: [ready], containerStatuses: [ended(0, { reason: 'Completed' }), alive()] },
      '1/2 | Running | 0',
    ],
    [
      'completed, while others run and the pod is not ready',
      { phase: 'Running', containerStatuses: [ended(0, { reason: 'Completed' }), alive()] },
      '1/2 | NotReady | 0',
    ],
    [
      'completed, though another container failed',
      {
        phase: 'Failed',
        containerStatuses: [ended(0, { reason: 'Completed' }), ended(2, { reason: 'Error' })],
      },
      '0/2 | Error | 0',
    ],
    [
      'completed, one failed and one runs, the pod not ready',
      {
        phase: 'Running',
        containerStatuses: [ended(0, { reason: 'Completed' }), ended(2), alive()],
      },
      '1/3 | ExitCode:2 | 0',
    ],
    [
      'completed',
      { phase: 'Succeeded', containerStatuses: [ended(0, { reason: 'Completed' })] },
      '0/1 | Completed | 0',
    ],
  ])('shows %s', (_, status, expected) => {
    expect(shown(status)).toBe(expected);
  });
});

describe('init containers of a pod', () => {
  const spec = { initContainers: [{ name: 'a' }, { name: 'b', restartPolicy: 'Always' }, { name: 'c' }] };
  const waits = { state: { waiting: { reason: 'PodInitializing' } } };

  it.each<[string, readonly Fields[], string]>([
    ['the first one waits', [{ name: 'a', ...waits }], '0/2 | Init:0/3 | 0'],
    ['the first one runs', [{ name: 'a', ...alive() }], '0/2 | Init:0/3 | 0'],
    [
      'a sidecar has started',
      [
        { name: 'a', ...ended(0) },
        { name: 'b', ...alive({ started: true }) },
        { name: 'c', ...waits },
      ],
      '1/2 | Init:2/3 | 0',
    ],
    [
      'a sidecar runs and has not started',
      [
        { name: 'a', ...ended(0) },
        { name: 'b', ...alive({ started: false }) },
      ],
      '0/2 | Init:1/3 | 0',
    ],
    [
      'one cannot be pulled',
      [{ name: 'a', state: { waiting: { reason: 'ErrImagePull' } } }],
      '0/2 | Init:ErrImagePull | 0',
    ],
    ['one failed for a reason', [{ name: 'a', ...ended(1, { reason: 'Error' }) }], '0/2 | Init:Error | 0'],
    ['one failed by a signal', [{ name: 'a', ...ended(1, { signal: 15 }) }], '0/2 | Init:Signal:15 | 0'],
    ['one failed by its exit code', [{ name: 'a', ...ended(42) }], '0/2 | Init:ExitCode:42 | 0'],
    [
      'restarts of all of them count while they are under way',
      [
        { name: 'a', ...ended(0), ...lastEnded('2026-11-20T11:00:00Z', 2) },
        { name: 'b', ...alive({ started: true }), restartCount: 3 },
        { name: 'c', ...waits },
      ],
      '1/2 | Init:2/3 | 5 (60m ago)',
    ],
  ])('%s', (_, initContainerStatuses, expected) => {
    const status = { phase: 'Pending', initContainerStatuses, containerStatuses: [waits] };
    expect(shown(status, { spec })).toBe(expected);
  });

  it('stop counting when all are done, except for sidecars', () => {
    const initContainerStatuses = [
      { name: 'a', ...ended(0), ...lastEnded('2026-11-20T11:59:00Z', 7) },
      { name: 'b', ...alive({ started: true }), ...lastEnded('2026-11-20T10:00:00Z', 2) },
      { name: 'c', ...ended(0) },
    ];
    const containerStatuses = [alive(lastEnded('2026-11-20T09:00:00Z', 1))];
    const status = { phase: 'Running', conditions: [ready, initialized], initContainerStatuses, containerStatuses };
    expect(shown(status, { spec })).toBe('2/2 | Running | 3 (120m ago)');
  });

  it('do not hide containers once the pod says that it is initialized', () => {
    const initContainerStatuses = [{ name: 'a', ...ended(1, { reason: 'Error' }), restartCount: 4 }];
    const containerStatuses = [{ ...alive(), restartCount: 1 }];
    const status = { phase: 'Running', conditions: [initialized], initContainerStatuses, containerStatuses };
    expect(shown(status, { spec })).toBe('1/2 | Init:Error | 1');
  });
});

describe('restarts of a pod', () => {
  it.each<[string, Fields, string]>([
    ['none', alive(lastEnded('2026-11-20T11:00:00Z', 0)), '0'],
    ['without a time', alive({ restartCount: 3 }), '3'],
    ['with a time that is none', alive({ restartCount: 3, lastState: { terminated: { finishedAt: null } } }), '3'],
    ['with the time', alive(lastEnded('2026-11-20T11:58:30Z', 3)), '3 (90s ago)'],
    ['with a time to come', alive(lastEnded('2026-11-20T12:58:30Z', 3)), '3 (<invalid> ago)'],
  ])('%s', (_, status, expected) => {
    expect(shown({ phase: 'Running', containerStatuses: [status] }).split(' | ')[2]).toBe(expected);
  });

  it('say when the last one of all containers was', () => {
    const containerStatuses = [
      alive(lastEnded('2026-11-20T11:00:00Z', 1)),
      alive(lastEnded('2026-11-20T11:59:00Z', 1)),
      alive(lastEnded('2026-11-20T10:00:00Z', 1)),
    ];
    expect(shown({ phase: 'Running', containerStatuses })).toBe('3/3 | Running | 3 (60s ago)');
  });
});

describe('a pod that is being deleted', () => {
  const metadata = { deletionTimestamp: '2026-11-20T11:59:00Z' };

  it.each<[string, Fields, string]>([
    ['is terminating', { phase: 'Running', containerStatuses: [alive()] }, 'Terminating'],
    ['stays failed', { phase: 'Failed', reason: 'Evicted' }, 'Evicted'],
    ['stays completed', { phase: 'Succeeded', containerStatuses: [ended(0, { reason: 'Completed' })] }, 'Completed'],
    [
      'is unknown on a node that is lost',
      { phase: 'Running', reason: 'NodeLost', containerStatuses: [alive()] },
      'Unknown',
    ],
  ])('%s', (_, status, expected) => {
    expect(shown(status, { metadata }).split(' | ')[1]).toBe(expected);
  });
});

describe('the other cells of a pod', () => {
  it('are <none> when there is nothing to show', () => {
    const cells = cellsOf(pods, { metadata: { name: 'p', creationTimestamp: null } });
    expect(cells).toMatchObject({
      IP: '<none>',
      Node: '<none>',
      'Nominated Node': '<none>',
      'Readiness Gates': '<none>',
    });
    expect(cells.Age).toBe('<unknown>');
  });

  it('show the first address, and podIP where it differs', () => {
    expect(cellsOf(pods, { status: { podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } }).IP).toBe('10.0.0.1');
    expect(cellsOf(pods, { status: { podIP: '10.0.0.2', podIPs: [{ ip: '10.0.0.1' }] } }).IP).toBe('10.0.0.2');
    expect(cellsOf(pods, { status: { podIP: '10.0.0.2' } }).IP).toBe('10.0.0.2');
  });

  it('count the readiness gates that are open, by the first condition of a type', () => {
    const readinessGates = [{ conditionType: 'a' }, { conditionType: 'b' }, { conditionType: 'c' }];
    const conditions = [
      { type: 'a', status: 'True' },
      { type: 'b', status: 'False' },
      { type: 'b', status: 'True' },
    ];
    expect(cellsOf(pods, { spec: { readinessGates }, status: { conditions } })['Readiness Gates']).toBe('1/3');
  });

  it('have a condition for a pod that is over', () => {
    const reason = (phase: string) => pods.conditions?.({ status: { phase } })?.map((condition) => condition.reason);
    expect(reason('Succeeded')).toEqual(['Succeeded']);
    expect(reason('Failed')).toEqual(['Failed']);
    expect(reason('Running')).toBeUndefined();
  });
});

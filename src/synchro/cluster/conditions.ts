import type { Condition } from './pedia-cluster.js';

/** The conditions of a cluster, named as Clusterpedia names them. */
export type ConditionType = 'Validated' | 'SynchroRunning' | 'ClusterHealthy' | 'Ready';

export type ConditionChange = Pick<Condition, 'status' | 'reason' | 'message'>;

const order: readonly ConditionType[] = ['Validated', 'SynchroRunning', 'ClusterHealthy'];

/** Conditions with `Ready` worked out; a time stays while the status stays. */
export class Conditions {
  private readonly byType = new Map<string, Condition>();

  constructor(
    private readonly now: () => number,
    known: readonly Condition[] = [],
  ) {
    for (const condition of known) this.byType.set(condition.type, condition);
  }

  /** Whether anything is otherwise now. */
  set(type: Exclude<ConditionType, 'Ready'>, change: ConditionChange): boolean {
    const isChanged = this.put(type, change);
    return this.put('Ready', this.ready()) || isChanged;
  }

  get(type: ConditionType): Condition | undefined {
    return this.byType.get(type);
  }

  list(): readonly Condition[] {
    return [...order, 'Ready'].flatMap((type) => this.byType.get(type) ?? []);
  }

  private ready(): ConditionChange {
    const failing = order.find((type) => this.byType.get(type)?.status !== 'True');
    if (failing === undefined) return { status: 'True', reason: 'Ready', message: '' };
    const { reason = 'Unknown', message = '' } = this.byType.get(failing) ?? {};
    const why = message === '' ? reason : `${reason}: ${message}`;
    return { status: 'False', reason: 'NotReady', message: `${failing} is not true: ${why}` };
  }

  private put(type: string, { status, reason, message }: ConditionChange): boolean {
    const known = this.byType.get(type);
    if (known?.status === status && known.reason === reason && known.message === message) return false;
    const lastTransitionTime = known?.status === status ? known.lastTransitionTime : formatTime(this.now());
    this.byType.set(type, { type, status, reason, message, lastTransitionTime });
    return true;
  }
}

/** As Kubernetes writes times: to the second. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

import type { Step } from './random-steps.js';

export interface ShrinkBudget {
  /** How many times `fails` may be asked. */
  readonly attempts: number;
  /** Until when, as performance.now() counts. */
  readonly deadline: number;
}

/** Fewer steps, of single changes, of which `fails` still holds: as few as the budget finds. Pieces are left out, large ones first. */
export async function shrinkSteps(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
  { attempts, deadline }: ShrinkBudget,
): Promise<readonly Step[]> {
  let current = steps.flatMap(singleChanges);
  let left = attempts;
  for (let size = Math.ceil(current.length / 2); size >= 1; ) {
    let removed = false;
    for (let start = 0; start < current.length; ) {
      if (left-- <= 0 || performance.now() > deadline) return current;
      const candidate = current.toSpliced(start, size);
      if (candidate.length < current.length && (await fails(candidate))) {
        current = candidate;
        removed = true;
      } else start += size;
    }
    if (!removed || size > current.length) size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return current;
}

function singleChanges(step: Step): readonly Step[] {
  if ('changes' in step) return step.changes.map((change) => ({ ...step, changes: [change] }));
  return 'events' in step ? step.events.map((event) => ({ ...step, events: [event] })) : [step];
}

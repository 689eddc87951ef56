import type { TransactionContext, TransactionStep } from '@clusterdex/storage-contract';
import type { CallGate } from '../call-gate.js';

/** A step of a plugin, which ends at its deadline and rejects with a StorageError. */
export function gatedStep(step: TransactionStep, gate: CallGate, deadline: number): TransactionStep {
  function call<T>(operation: string, context: TransactionContext, start: (inner: TransactionContext) => Promise<T>) {
    const controller = new AbortController();
    const inner = { ...context, signal: controller.signal };
    return gate.run(operation, () => start(inner), { deadline, signal: context.signal, controller });
  }
  return {
    ...step,
    do: (context) => call(`step:${step.name}`, context, async (inner) => step.do(inner)),
    undo: (context) => call(`undo:${step.name}`, context, async (inner) => step.undo(inner)),
  };
}

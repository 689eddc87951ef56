import type { CopySide } from './copy-result.js';

const sides = new WeakMap<Error, CopySide>();

/** Notes on which side an error happened, for the report, and leaves the error as it is. */
export function markSide(error: unknown, side: CopySide): unknown {
  if (error instanceof Error && !sides.has(error)) sides.set(error, side);
  return error;
}

export function sideOf(error: unknown): CopySide | undefined {
  return error instanceof Error ? sides.get(error) : undefined;
}

export async function onSide<Result>(side: CopySide, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (error) {
    throw markSide(error, side);
  }
}

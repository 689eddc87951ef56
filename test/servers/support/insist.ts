import { expect } from '@jest/globals';

/** Tries again for as long as the storage says that this may help. */
export async function insist<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    }
  }
}

import { requireCheckStore } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';

const given = 'clusterdex_check_0a1b2c3d_7';

describe('a store', () => {
  it.each([given, `test_${given}`, `${given}-resources`])(
    'that a check made, and called so, may be removed: %s',
    (store) => {
      expect(() => requireCheckStore(store, given)).not.toThrow();
    },
  );

  it.each([
    ['public', given],
    ['clusterdex_check_0a1b2c3d_8', given],
    ['clusterdex_check_0a1b2c3d_77', given],
    ['public', 'public'],
    ['public', ''],
    ['clusterdex_check', 'clusterdex_check'],
    ['clusterdex_check_', 'clusterdex_check_'],
    ['clusterdex_check_0a1b2c3d_', 'clusterdex_check_0a1b2c3d_'],
    ['', ''],
  ])('that is none of them is not removed, whoever asks: %j by %j', (store, checkName) => {
    expect(() => requireCheckStore(store, checkName)).toThrow(
      expect.objectContaining({ code: 'INVALID', message: expect.stringContaining('is not removed') }),
    );
  });
});

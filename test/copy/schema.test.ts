import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testedStorages } from '../backends/tested-storages.js';
import { openTestStorage } from '../support/open-test-storage.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

describe('the schema of a storage', () => {
  for (const { name, config, notRun } of testedStorages()) {
    if (config === undefined) it.skip(`of ${name} (NOT RUN: ${notRun})`, () => {});
    else
      it(`of ${name} is created by the first open, and found by the next`, async () => {
        const dataDirectory = mkdtempSync(join(folder, `${name}-`));
        const first = await openTestStorage(name, { dataDirectory, config });
        const created = first.factory.schema?.();
        await first.close();
        const second = await openTestStorage(name, { dataDirectory, config });
        const found = second.factory.schema?.();
        await second.close();
        // The memory storage has one form only, and no versions of it.
        if (name === 'memory') return void expect([created, found]).toEqual([undefined, undefined]);
        expect(created).toEqual({ version: expect.any(Number) });
        expect(found).toEqual({ version: created?.version, found: created?.version });
      });
  }
});

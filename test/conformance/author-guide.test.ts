import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const guide = readFileSync(join(repositoryRoot, 'docs', 'storage-plugins.md'), 'utf8');

describe('the guide for authors of storages', () => {
  it('has a minimal storage that passes the conformance kit as it stands there', async () => {
    const [, source = ''] = /```js\n(\/\/ clusterdex: .*?)```/s.exec(guide) ?? [];
    const path = join(folder, 'minimal-storage.mjs');
    writeFileSync(path, source);
    expect(source.split('\n').length).toBeLessThan(150);
    const { status, stdout } = await runClusterdex(['plugins', 'check', path, '--conformance', '--json']);
    const { conformance, violations } = JSON.parse(stdout) as {
      readonly violations: readonly string[];
      readonly conformance: { readonly passed: number; readonly failed: number };
    };
    expect({ status, violations, failed: conformance.failed }).toEqual({ status: 0, violations: [], failed: 0 });
    expect(conformance.passed).toBeGreaterThan(80);
  }, 120_000);
});

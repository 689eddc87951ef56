import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const moduleOf = (name: string): string => JSON.stringify(import.meta.resolve(name));

const file = `
import { after, describe, it } from 'node:test';
import { conformance, createTestHost } from ${moduleOf('@clusterdex/storage-contract/conformance')};
import plugin from ${moduleOf('memory-storage')};

const open = (folder) => plugin.createStorageFactory({ journal: false }, createTestHost(folder));
const broken = async (folder) => ({ ...(await open(folder)), collectionResources: () => [] });
conformance(
  { describe, it, afterAll: after },
  { name: 'memory', capabilities: plugin.capabilities, open: process.env.BROKEN ? broken : open },
);
`;

/** Runs the topics of isolation and collection resources. */
function runNodeTest(environment: Readonly<Record<string, string>> = {}): { status: number | null; stdout: string } {
  const path = join(folder, 'memory.test.mjs');
  writeFileSync(path, file);
  // A test of Node that knows it runs within another reports otherwise.
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  return spawnSync(
    process.execPath,
    ['--test', '--test-reporter=tap', '--test-name-pattern=^(any, workloads|two stores)', path],
    { cwd: repositoryRoot, env: { ...inherited, ...environment }, encoding: 'utf8', timeout: 30_000 },
  );
}

describe('the conformance kit in node:test', () => {
  it('is a test for each case, and ends by itself', () => {
    const { status, stdout } = runNodeTest();
    expect(stdout).toMatch(/ok \d+ - two stores are separate and empty/);
    expect(stdout).toMatch(/ok \d+ - any, workloads and kuberesources are there/);
    expect({ status, failed: /not ok/.test(stdout) }).toEqual({ status: 0, failed: false });
  });

  it('fails for a storage that breaks a guarantee', () => {
    const { status, stdout } = runNodeTest({ BROKEN: 'yes' });
    expect(stdout).toMatch(/not ok \d+ - any, workloads and kuberesources are there/);
    expect(status).toBe(1);
  });
});

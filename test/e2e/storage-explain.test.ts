import { beforeAll, describe, expect, it } from '@jest/globals';
import { runClusterdex } from '../support/clusterdex.js';
import { sampleFile } from '../support/sample-clusters.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();
const run = (...parameters: string[]) => runClusterdex([...parameters, '--data-dir', folder]);
const resources = '/apis/clusterpedia.io/v1beta1/resources';
const pods = `${resources}/api/v1/pods?fieldSelector=spec.nodeName=node-1&fieldSelector=status.phase!=Running&namespaces=default`;

async function answers(url = pods): Promise<Record<string, string>> {
  const { stdout, status } = await run('storage', 'explain', '--url', url, '-o', 'json');
  expect(status).toBe(0);
  const { conditions, plan } = JSON.parse(stdout);
  expect(plan.length).toBeGreaterThan(0);
  return Object.fromEntries(
    conditions.map((found: { condition: string; answeredBy: string }) => [found.condition, found.answeredBy]),
  );
}

describe('clusterdex storage explain', () => {
  beforeAll(async () => {
    expect((await run('import', '--cluster', 'prod-eu', sampleFile('prod-eu'))).status).toBe(0);
  });

  it('says of each condition what answers it, before and after a field is declared', async () => {
    const nodeName = 'spec.nodeName in (node-1)';
    expect(await answers()).toMatchObject({ 'namespace in (default)': 'index', [nodeName]: 'scan' });
    const declared = await run('storage', 'migrate', '--storage-set', 'fieldIndexes=["spec.nodeName"]');
    expect(declared.stdout).toContain('field indexes spec.nodeName, built');
    expect(await answers()).toMatchObject({ 'namespace in (default)': 'index', [nodeName]: 'index' });
    const status = await run('storage', 'status');
    expect(status.stdout).toMatch(/^field indexes spec\.nodeName$/m);
    const removed = await run('storage', 'migrate', '--storage-set', 'fieldIndexes=[]');
    expect(removed.stdout).toContain('field indexes removed');
    expect(await answers()).toMatchObject({ [nodeName]: 'scan' });
  }, 60_000);

  it('says it in words, of collections and whole URLs too', async () => {
    const url = `https://server${resources.replace('resources', 'collectionresources')}/workloads?names=web`;
    const { stdout } = await run('storage', 'explain', '--url', url);
    expect(stdout).toMatch(/^CONDITION +ANSWERED BY/);
    expect(stdout).toMatch(/^name in \(web\) +index/m);
    expect(stdout).toMatch(/^plan\n {2}\S/m);
  }, 60_000);

  it('says what is wrong with a request, and that a get is no list', async () => {
    const wrong = await run('storage', 'explain', '--url', `${resources}/api/v1/pods?nonsense=1`);
    expect(wrong).toMatchObject({ status: 1, stderr: expect.stringContaining('unknown parameter "nonsense"') });
    const discovery = await run('storage', 'explain', '--url', `${resources}/api/v1`);
    expect(discovery).toMatchObject({ status: 1, stderr: expect.stringContaining('asks for no list') });
  }, 60_000);

  it('a field index that is none is refused with the reason', async () => {
    const { status, stderr } = await run('storage', 'status', '--storage-set', 'fieldIndexes=["spec..x"]');
    expect(status).toBe(1);
    expect(stderr).toContain("the field index 'spec..x' is not understood from '..x' on");
  }, 60_000);
});

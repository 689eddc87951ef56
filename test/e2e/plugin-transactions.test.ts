import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const [data, from, to] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
const environment = { STORAGE_PLUGINS: join(repositoryRoot, 'test/fixtures/plugins/extended') };
const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a', uid: '1', resourceVersion: '1' } };

function importInto(data: string, cluster: string, storage: string) {
  const flags = ['--cluster', cluster, '--data-dir', data, '--storage-name', storage];
  return runClusterdex(['import', ...flags, '-'], { stdin: JSON.stringify(namespace), environment });
}

function settingsOf(data: string): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(data, 'warehouse.settings.json'), 'utf8'));
}

async function clustersOf(data: string): Promise<readonly string[]> {
  const flags = ['--output', 'json', '--data-dir', data, '--storage-name', 'warehouse'];
  const { stdout } = await runClusterdex(['clusters', 'list', ...flags], { environment });
  return (JSON.parse(stdout) as { readonly cluster: string }[]).map(({ cluster }) => cluster);
}

describe('a cluster that is attached', () => {
  it('is not, when the process is killed in the middle: the next start undoes what began', async () => {
    expect(await importInto(data, 'deadly', 'warehouse')).toMatchObject({ status: undefined });
    expect(settingsOf(data)).toEqual({ 'gate/deadly': 'open' });
    expect(await clustersOf(data)).toEqual([]);
    expect(settingsOf(data)).toEqual({
      steps: JSON.stringify(['unchecked deadly', 'undone deadly {"gate":"deadly"}']),
    });
  });

  it('by a copy of a storage goes through the steps of the plugin, and is left out when one fails', async () => {
    expect(await importInto(from, 'good', 'sqlite')).toMatchObject({ status: 0 });
    expect(await importInto(from, 'cursed', 'sqlite')).toMatchObject({ status: 0 });
    const copy = (cluster: string) => {
      const sides = ['--from', 'sqlite', '--from-data-dir', from, '--to', 'warehouse', '--to-data-dir', to];
      return runClusterdex(['storage', 'copy', ...sides, '--cluster', cluster], { environment });
    };
    const refused = await copy('cursed');
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stdout + refused.stderr).toContain('cursed has no papers');
    expect(await copy('good')).toMatchObject({ status: 0 });
    expect(settingsOf(to)).toMatchObject({ 'gate/good': 'open' });
    expect(settingsOf(to)).not.toHaveProperty('gate/cursed');
    expect(await clustersOf(to)).toEqual(['good']);
  });
});

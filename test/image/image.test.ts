import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { repositoryRoot } from '../support/clusterdex.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Assemble {
  assemble(folder: string, storages?: readonly string[]): readonly string[];
  bundledStorages(): readonly string[];
}

const hack = (name: string) => join(repositoryRoot, 'hack', name);
const { assemble, bundledStorages }: Assemble = await import(pathToFileURL(hack('assemble.mjs')).href);
const text = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const folder = temporaryFolder();
const app = join(folder, 'app');

/** As the image does it: from another folder, by the name in the PATH, with a data directory and nothing else of this machine. */
function run(...parameters: readonly string[]) {
  return spawnSync(join(app, 'bin', 'clusterdex'), parameters, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', CLUSTERDEX_DATA_DIR: join(folder, 'data') },
  });
}

describe('what the image holds', () => {
  beforeAll(() => void assemble(app, ['sqlite', 'memory']), 60_000);

  it('are the storages that were chosen, and every step', () => {
    const { status, stdout, stderr } = run('plugins', 'list', '--output', 'json');
    expect([status, stderr]).toEqual([0, '']);
    const rows = JSON.parse(stdout) as readonly { name: string; kind: string; state: string; folder: string }[];
    const usable = rows.filter(({ state }) => state === 'ok');
    const namesOf = (kind: string) =>
      usable
        .filter((row) => row.kind === kind)
        .map(({ name }) => name)
        .sort();
    expect(namesOf('storage')).toEqual(['memory', 'sqlite']);
    expect(namesOf('synchro')).toEqual(['label-selector', 'meta-sync', 'namespaces', 'prune', 'redact']);
    expect(usable.filter((row) => !row.folder.startsWith(app))).toEqual([]);
  }, 60_000);

  it('works: the storage opens, and clusters are reached by every kind of connection', () => {
    const { status, stdout } = run('doctor', '--secure-port', '0', '--kubeconfig', join(folder, 'absent'));
    expect(stdout).toMatch(/^ok +storage +sqlite .* is healthy/m);
    // The rest of what a process loads was there, too: it came as far as the missing file.
    expect([status, stdout.match(/^failed.*$/gm)]).toEqual([1, [expect.stringContaining('cannot be read')]]);
  }, 60_000);

  it('says of a storage that was left out which there are', () => {
    const { status, stderr } = run('storage', 'status', '--storage-name', 'postgres');
    expect([status, stderr]).toEqual([1, expect.stringMatching(/postgres[\s\S]*sqlite/)]);
  }, 60_000);

  it('is small, and holds no sources of what is compiled, no tests and no types', () => {
    const files = readdirSync(app, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
    expect(bytes / (1 << 20)).toBeLessThan(60);
    expect(files.filter(({ name }) => /\.(d\.ts|map|cc?|h|test\.js)$/.test(name)).map(({ name }) => name)).toEqual([]);
    expect(files.filter(({ name }) => /^licen[cs]e/i.test(name)).length).toBeGreaterThan(50);
  });

  it('is not made of a storage that there is not', () => {
    expect(() => assemble(join(folder, 'none'), ['sqlight'])).toThrow(/no storage sqlight; there are .*sqlite/);
    const { status, stderr } = spawnSync(process.execPath, [hack('build-image.mjs'), '--storages', 'sqlight'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('--storages: expected some of')]);
  });
});

describe('the Dockerfile', () => {
  const dockerfile = text('Dockerfile');
  const stages = dockerfile.split(/^FROM /m);

  it('holds every storage unless told, and rests on Node 24', () => {
    const [, storages = ''] = /^ARG STORAGES="(.+)"$/m.exec(dockerfile) ?? [];
    expect(storages.split(' ').sort()).toEqual([...bundledStorages()].sort());
    expect(dockerfile.match(/^ARG (?:BUILD|RUNTIME)_IMAGE=.*$/gm)).toEqual([
      expect.stringContaining('node:24-'),
      expect.stringContaining('node:24-'),
    ]);
  });

  it('runs as the user of the chart, and runs nothing in its last stage, which need not have a shell', () => {
    const { podSecurityContext } = parse(text('charts/clusterdex/values.yaml')) as {
      podSecurityContext: { runAsUser: number; runAsGroup: number };
    };
    const last = stages.at(-1) ?? '';
    expect(last).toContain(`\nUSER ${podSecurityContext.runAsUser}:${podSecurityContext.runAsGroup}\n`);
    expect(last).not.toMatch(/^RUN /m);
    expect(last).toMatch(/^ENTRYPOINT \["node", "\/app\/dist\/src\/main\.js"\]$/m);
  });

  it('of a plugin copies it to where the chart says, with the user of the chart', () => {
    const plugin = text('storage-plugins/sample-storage/Dockerfile');
    expect(plugin).toMatch(/^COPY build\/plugins\/sample-storage \/plugins\/sample-storage$/m);
    expect(plugin).toMatch(/^USER 65532:65532$/m);
    const [, entrypoint = '[]'] = /^ENTRYPOINT (.+)$/m.exec(plugin) ?? [];
    mkdirSync(join(folder, 'plugins', 'sample-storage'), { recursive: true });
    mkdirSync(join(folder, 'target'));
    writeFileSync(join(folder, 'plugins', 'sample-storage', 'package.json'), '{}');
    // As the init container of the chart runs it, with args: [/target].
    const command = JSON.parse(entrypoint.replaceAll('/plugins/', `${folder}/plugins/`)) as readonly string[];
    const [program = '', ...parameters] = [...command, join(folder, 'target')];
    expect(spawnSync(program, parameters).status).toBe(0);
    expect(readdirSync(join(folder, 'target', 'sample-storage'))).toEqual(['package.json']);
  });
});

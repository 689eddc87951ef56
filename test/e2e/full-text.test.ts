import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testedStorages } from '../backends/tested-storages.js';
import { repositoryRoot, runClusterdex } from '../support/clusterdex.js';
import { serveSamples } from '../support/serve-samples.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface SeenEvent {
  readonly type: string;
  readonly object: { readonly metadata: { readonly name: string } };
}

const api = '/apis/clusterpedia.io/v1beta1';
const page = readFileSync(join(repositoryRoot, 'docs', 'full-text.md'), 'utf8');
const block = /```sh\n([^`]*)```/.exec(page)?.[1] ?? '';
const [setting = '', ...examples] = block.trim().split('\n');
const hasTool = (name: string) => spawnSync(name, ['--help']).status === 0;

describe.each(testedStorages().map((storage) => [storage.name, storage] as const))('words on %s', (_, storage) => {
  if (storage.config === undefined) {
    it.skip(storage.notRun, () => {});
    return;
  }
  const folder = temporaryFolder();
  const server = serveSamples(storage);
  const ask = async (path: string, query: string) => {
    const { status, json } = await server.get(
      `${api}${path}${path.includes('?') ? '&' : '?'}query=${encodeURIComponent(query)}`,
    );
    return { status, json, names: status === 200 ? json.items.map(({ metadata }) => metadata.name) : [] };
  };

  for (const example of examples) {
    const tool = example.split(' ')[0] ?? '';
    if (!hasTool(tool)) it.skip(`not run, ${tool} is not installed: ${example}`, () => {});
    else
      it(`finds something by ${example}`, async () => {
        const kubeconfig = join(folder, 'config');
        const { status } = await runClusterdex(['kubeconfig', '--server', server.origin, '--write', kubeconfig]);
        expect(status).toBe(0);
        const script = `set -e\n${setting}\n${example}`.replaceAll('http://127.0.0.1:8642', server.origin);
        const environment = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfig };
        const ran = spawnSync('bash', ['-c', script], { encoding: 'utf8', env: environment, maxBuffer: 1 << 26 });
        // kubectl prints the warning that no index of words answers.
        const stderr = ran.stderr.replace(/^Warning: query: no index of words .*\n/gm, '');
        expect({ status: ran.status, stderr }).toEqual({ status: 0, stderr: '' });
        if (!ran.stdout.startsWith('{')) expect(ran.stdout.split('\n').length).toBeGreaterThan(3);
        else expect(JSON.parse(ran.stdout).items.length).toBeGreaterThan(2);
      });
  }

  const scans = ['memory', 'mysql'].includes(storage.name);
  it(`${scans ? 'warns that every object is read, and only' : 'has an index answer, and warns of nothing, not even'} where words are looked for`, async () => {
    const warnings = async (path: string) =>
      (await fetch(`${server.origin}${api}${path}`)).headers.get('warning')?.match(/query: no index of words/g)?.length;
    const expected = scans ? 1 : undefined;
    expect(await warnings('/resources/api/v1/pods?query=nginx')).toBe(expected);
    expect(await warnings('/collectionresources/any?resources=/pods&query=nginx')).toBe(expected);
    expect(await warnings('/resources/api/v1/pods?limit=1')).toBeUndefined();
    expect(await warnings('/collectionresources/any?resources=/pods')).toBeUndefined();
  });

  it('never finds the value of a Secret, in a list or a collection', async () => {
    const { json } = await server.get(`${api}/resources/api/v1/secrets`);
    const values = json.items.flatMap(({ data }) => Object.values((data ?? {}) as Readonly<Record<string, string>>));
    expect(values.length).toBeGreaterThan(0);
    for (const value of values.filter((text) => /[A-Za-z0-9]{8}/.test(text)).slice(0, 5)) {
      for (const query of [
        `"${value}"`,
        `"${value.slice(0, 8)}"*`,
        `"${Buffer.from(value, 'base64').toString('latin1').replaceAll('"', '')}"`,
      ]) {
        for (const path of ['/resources/api/v1/secrets', '/collectionresources/any?resources=/secrets']) {
          const { status, names } = await ask(path, query);
          expect({ query, status: status === 400 ? 200 : status, names }).toEqual({ query, status: 200, names: [] });
        }
      }
    }
    const [secret] = json.items;
    expect((await ask('/resources/api/v1/secrets', String(secret?.metadata.name))).names).toContain(
      secret?.metadata.name,
    );
  });

  it('pages, counts and orders what it finds', async () => {
    const query = 'mesh-proxy';
    const whole = await ask('/resources/api/v1/pods?orderby=name%20desc', query);
    expect(whole.names.length).toBeGreaterThan(20);
    const names: unknown[] = [];
    let token = '';
    do {
      const more: string = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
      const { json, names: found } = await ask(
        `/resources/api/v1/pods?orderby=name%20desc&limit=7&withRemainingCount=1${more}`,
        query,
      );
      names.push(...found);
      expect(json.metadata.remainingItemCount ?? 0).toBe(whole.names.length - names.length);
      token = json.metadata.continue ?? '';
    } while (token !== '');
    expect(names).toEqual(whole.names);
  });

  it('are watched', async () => {
    const { json } = await ask('/resources/api/v1/pods', 'crashloopbackoff');
    const watch =
      'watch=1&timeoutSeconds=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
    const answer = await fetch(`${server.origin}${api}/resources/api/v1/pods?${watch}&query=crashloopbackoff`);
    const events = (await answer.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as SeenEvent);
    const added = events.filter(({ type }) => type === 'ADDED').map(({ object }) => object.metadata.name);
    expect(added.sort()).toEqual(json.items.map(({ metadata }) => metadata.name).sort());
  });
});

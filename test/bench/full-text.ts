import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type ListOptions, prepareObject } from '@clusterdex/storage-contract';
import { parseFullText } from '@clusterdex/storage-contract/selection';
import { generateFleet } from '../support/fleet.js';
import { fleetTypes } from '../support/fleet-types.js';
import { openTestStorage } from '../support/open-test-storage.js';

/**
 * What a search for words takes, and what its index adds to writes: `node dist/test/bench/full-text.js sqlite 20000`, or postgres, mysql with the address in
 * their environment variables. Prints milliseconds: the median of five calls each.
 */
const [name = 'sqlite', count = '20000', dsn = ''] = process.argv.slice(2);
const queries = [
  'nowhere',
  'crashloopbackoff',
  'mesh-proxy:v2.3.1',
  'crashloop*',
  'checkout OR cart',
  'running -mesh',
  '-mesh',
];

const folder = mkdtempSync(join(tmpdir(), 'clusterdex-words-'));
const objects = [...generateFleet({ seed: 1, pods: Number(count), namespaces: 40 })].flatMap(
  ({ type, object, cluster }) => (type.resource === 'pods' ? [{ cluster, object }] : []),
);
const clusters = [...new Set(objects.map(({ cluster }) => cluster))];

for (const fullTextIndex of [false, true]) {
  const dataDirectory = join(folder, String(fullTextIndex));
  const place =
    name === 'sqlite' || name === 'memory'
      ? {}
      : { dsn, [name === 'postgres' ? 'schema' : 'database']: `words_${fullTextIndex}` };
  const config =
    name === 'memory'
      ? {}
      : name === 'mysql'
        ? { ...place, objectCacheMegabytes: 0 }
        : { ...place, fullTextIndex, objectCacheMegabytes: 0 };
  const { factory, close } = await openTestStorage(name, { dataDirectory, config });
  const pods = factory.resourceStorage(fleetTypes.pods);
  const write = async (version: string, share: number): Promise<string> => {
    let milliseconds = 0;
    let written = 0;
    for (const cluster of clusters) {
      const mine = objects.filter((one) => one.cluster === cluster);
      for (let from = 0; from < mine.length * share; from += 500) {
        const changes = mine.slice(from, from + 500).map(({ object }) => {
          const metadata = { ...object.metadata, resourceVersion: version };
          return {
            type: 'upsert',
            object: prepareObject(Buffer.from(JSON.stringify({ ...object, metadata })), { cluster }),
          } as const;
        });
        const start = performance.now();
        await pods.write(cluster, changes);
        milliseconds += performance.now() - start;
        written += changes.length;
      }
    }
    return `${((milliseconds / written) * 1000).toFixed(0)} µs each of ${written}`;
  };
  const find = async (query: string, more: ListOptions): Promise<number> => {
    const fullText = parseFullText(query);
    if (fullText === undefined) throw new Error('no query');
    let found = 0;
    for await (const batch of pods.list({ ...more, fullText })) found += batch.count;
    return found;
  };
  console.log(`${name}, index ${fullTextIndex ? 'on' : 'off'}: created ${await write('1000', 1)}`);
  const start = performance.now();
  await find('nowhere', {});
  // The index is there when a search that it answers alone has become quick.
  for (let quick = 0; fullTextIndex && quick < 2 && performance.now() - start < 120_000; ) {
    await setTimeout(1000);
    const began = performance.now();
    await find('nowhere', {});
    quick = performance.now() - began < 10 ? quick + 1 : 0;
  }
  if (fullTextIndex) console.log(`  indexed within ${(performance.now() - start).toFixed(0)} ms`);
  for (const query of queries) {
    const times: number[] = [];
    let found = 0;
    for (let round = 0; round < 5; round += 1) {
      const began = performance.now();
      found = await find(query, { limit: 100 });
      times.push(performance.now() - began);
    }
    console.log(
      `  ${query.padEnd(20)} ${found} of the first 100, ${times.toSorted((a, b) => a - b)[2]?.toFixed(1)} ms`,
    );
  }
  console.log(`  replaced ${await write('2000', 0.2)}`);
  await close();
}
rmSync(folder, { recursive: true, force: true });

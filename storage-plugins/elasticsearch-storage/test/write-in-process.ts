import { parseArgs } from 'node:util';
import { configMap, configMaps, openStorage } from './support.js';

/** Writes batches of new objects until it is killed: node write-in-process.js ADDRESS PREFIX. Says how many were acknowledged. */
const { positionals } = parseArgs({ allowPositionals: true });
const [address = '', prefix = ''] = positionals;
const storage = await openStorage(address, prefix);
for (let batch = 0; ; batch++) {
  const changes = Array.from({ length: 400 }, (_, place) => ({
    type: 'upsert' as const,
    object: configMap('c', `o-${batch * 400 + place}`, { data: { text: 'x'.repeat(2000) } }),
  }));
  await storage.resourceStorage(configMaps).write('c', changes);
  process.stdout.write(`${(batch + 1) * 400}\n`);
}

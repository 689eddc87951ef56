import { isStorageError } from '@clusterdex/storage-contract';
import { open, upsert, write } from './support.js';

/** Writes objects one after the other, and says the name of each that was acknowledged; ends with the code of the first error. */
const storage = await open(process.argv[2] ?? '');
process.stdout.write('open\n');
for (let i = 0; ; i++) {
  const name = `object-${String(i).padStart(6, '0')}`;
  try {
    await write(storage, upsert(name, { size: 2000 }), upsert(`${name}-too`));
  } catch (error) {
    const { healthy, reason } = await storage.health();
    const code = isStorageError(error) ? error.code : String(error);
    process.stdout.write(`${JSON.stringify({ code, healthy, reason })}\n`);
    await storage.shutdown();
    break;
  }
  process.stdout.write(`${name}\n`);
}

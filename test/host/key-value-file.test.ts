import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openKeyValueFile } from '../../src/plugin-host/key-value-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const folder = temporaryFolder();

describe('settings in a file', () => {
  it('are seen at once and survive', async () => {
    const path = join(folder, 'survive.json');
    const store = await openKeyValueFile(path);
    const written = [
      store.set('b', '1'),
      store.set('a', '2'),
      store.set('b', '3'),
      store.set('c', ''),
      store.delete('a'),
    ];
    expect([store.get('a'), store.get('b'), store.keys()]).toEqual([undefined, '3', ['b', 'c']]);
    await Promise.all(written);
    const again = await openKeyValueFile(path);
    expect(again.keys().map((key) => [key, again.get(key)])).toEqual([
      ['b', '3'],
      ['c', ''],
    ]);
    expect(readdirSync(folder)).toEqual(['survive.json']);
  });

  it('take any key, also such as objects have', async () => {
    const path = join(folder, 'odd.json');
    const store = await openKeyValueFile(path);
    const keys = ['__proto__', 'constructor', '', 'ü\n"'];
    await Promise.all(keys.map((key) => store.set(key, key)));
    const again = await openKeyValueFile(path);
    expect(again.keys()).toEqual([...keys].sort());
    expect(again.get('toString')).toBeUndefined();
  });

  it('of two processes keep the keys of both', async () => {
    const path = join(folder, 'shared.json');
    const [one, other] = [await openKeyValueFile(path), await openKeyValueFile(path)];
    await one.set('one', '1');
    await other.set('other', '2');
    await one.delete('nothing');
    expect([one.get('other'), other.get('one')]).toEqual(['2', '1']);
  });

  it('of another process are seen when the file is read anew, with what is not written yet on top', async () => {
    const path = join(folder, 'reloaded.json');
    const [one, other] = [await openKeyValueFile(path), await openKeyValueFile(path)];
    await other.set('colour', 'red');
    await other.set('own', 'theirs');
    const reading = one.reload();
    const writing = one.set('own', 'ours');
    await reading;
    expect([one.get('colour'), one.get('own')]).toEqual(['red', 'ours']);
    await writing;
    writeFileSync(path, 'damaged');
    await expect(one.reload()).rejects.toThrow(/are no JSON/);
    expect(one.get('colour')).toBe('red');
  });

  it('reject what cannot be written, and write it with the next', async () => {
    const path = join(folder, 'failing.json');
    const store = await openKeyValueFile(path);
    writeFileSync(path, 'damaged');
    await expect(store.set('kept', 'yes')).rejects.toThrow(/are no JSON/);
    expect(readFileSync(path, 'utf8')).toBe('damaged');
    writeFileSync(path, '{}');
    await store.set('next', 'too');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ kept: 'yes', next: 'too' });
  });
});

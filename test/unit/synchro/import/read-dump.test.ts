import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import type { DumpPart } from '../../../../src/synchro/import/dump-part.js';
import { openDump } from '../../../../src/synchro/import/open-dump.js';
import { readDump } from '../../../../src/synchro/import/read-dump.js';
import { list, pod } from './support/import-into-memory.js';

const pods = ['a', 'b', 'c'].map((name) => pod(name, { spec: { text: 'x"\\ {[é😀\n- a\n---\nkind: List' } }));

async function read(bytes: Buffer, chunkBytes = bytes.length || 1): Promise<DumpPart[]> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  const dump = await openDump('-', Readable.from(chunks));
  const parts: DumpPart[] = [];
  for await (const batch of readDump(dump.chunks)) {
    for (const part of batch) parts.push(part.type === 'item' ? { ...part, json: Buffer.from(part.json) } : part);
  }
  return parts;
}

async function objects(text: string | Buffer, chunkBytes?: number): Promise<unknown[]> {
  const parts = await read(Buffer.from(text), chunkBytes);
  return parts.map((part) => (part.type === 'item' ? JSON.parse(Buffer.from(part.json).toString()) : part));
}

/** As kubectl prints it: keys sorted, lists not indented. */
function yaml(value: unknown): string {
  return stringify(value, { indentSeq: false, aliasDuplicateObjects: false });
}

function utf16(text: string): Buffer {
  return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
}

const listOf = (items: readonly unknown[]) => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
});
const forms: readonly (readonly [string, string | Buffer])[] = [
  ['a compact List', list(pods)],
  ['a pretty List', JSON.stringify(listOf(pods), undefined, 4)],
  ['a List with its kind first', JSON.stringify({ kind: 'List', apiVersion: 'v1', items: pods })],
  ['JSON lines', pods.map((object) => `${JSON.stringify(object)}\n`).join('')],
  ['JSON documents without a break', pods.map((object) => JSON.stringify(object)).join('')],
  ['pretty JSON documents', pods.map((object) => JSON.stringify(object, undefined, 2)).join('\n')],
  [
    'Lists and objects mixed',
    `${list(pods.slice(0, 1))}\n${list([])}${list(pods.slice(1, 2))}${JSON.stringify(pods[2])}`,
  ],
  ['a bare array', JSON.stringify(pods)],
  ['JSON behind a byte order mark', `\ufeff${list(pods)}`],
  ['UTF-16', utf16(list(pods))],
  ['gzip', gzipSync(list(pods))],
  ['gzip in two members', Buffer.concat([gzipSync(list(pods).slice(0, 99)), gzipSync(list(pods).slice(99))])],
  ['a YAML List', yaml(listOf(pods))],
  ['an indented YAML List', stringify(listOf(pods), { indentSeq: true, aliasDuplicateObjects: false })],
  [
    'a YAML List of Windows',
    yaml(listOf(pods.map((object) => ({ ...object, spec: pods[0]?.spec })))).replaceAll('\n', '\r\n'),
  ],
  ['YAML documents', pods.map((object) => `---\n${yaml(object)}`).join('')],
  [
    'YAML documents with comments and empty ones',
    `# dump\n---\n${pods.map(yaml).join('...\n---\n\n---\n# next\n')}---\n`,
  ],
  ['YAML in flow style', `{kind: List, apiVersion: v1, items: ${JSON.stringify(pods)}}`],
  ['a YAML List with its items in flow style', `apiVersion: v1\nkind: List\nitems: ${JSON.stringify(pods)}\n`],
  [
    'JSON behind a YAML marker',
    `--- ${JSON.stringify(pods[0])}\n---\n${JSON.stringify(pods[1])}\n---\n${JSON.stringify(pods[2])}`,
  ],
  ['YAML and gzip', gzipSync(yaml(listOf(pods)))],
];

describe('readDump', () => {
  it.each(forms)('reads %s, however it comes in pieces', async (name, text) => {
    const expected = name.includes('Windows') ? await objects(text) : pods;
    expect(expected).toHaveLength(3);
    for (const chunkBytes of [1, 7, 100, 1 << 20]) expect(await objects(text, chunkBytes)).toEqual(expected);
  });

  it('counts objects and says where they begin', async () => {
    const text = `${JSON.stringify(pods[0])}\n${list(pods)}`;
    const parts = await read(Buffer.from(text), 64);
    expect(parts.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    for (const { offset } of parts)
      expect(Buffer.from(text).toString('utf8', offset, offset + 16)).toBe('{"apiVersion":"v');
  });

  it('gives the items of a typed list its type, wherever it stands', async () => {
    for (const text of [
      '{"kind":"PodList","apiVersion":"v1","items":[{}]}',
      '{"apiVersion":"v1","items":[{}],"kind":"PodList"}',
      'apiVersion: v1\nitems:\n- {}\nkind: PodList\n',
    ]) {
      expect(await read(Buffer.from(text))).toMatchObject([{ list: { apiVersion: 'v1', kind: 'PodList' } }]);
    }
  });

  it('reads an empty list of Go', async () => {
    expect(await read(Buffer.from('{"kind":"PodList","apiVersion":"v1","metadata":{},"items":null}'))).toEqual([]);
    expect(await read(Buffer.from(list([])))).toEqual([]);
    expect(await read(Buffer.from('apiVersion: v1\nitems: []\nkind: List\n'))).toEqual([]);
  });

  it('reads an object with members called like those of a list', async () => {
    const object = { kind: 'Menu', apiVersion: 'v1', items: [{ metadata: {} }], metadata: { name: 'a' } };
    expect(await objects(JSON.stringify(object))).toEqual([object]);
    expect(await objects(yaml(object))).toEqual([object]);
  });

  it('keeps numbers and text of YAML as they are', async () => {
    const text = `apiVersion: v1
kind: X
values: [9007199254740993, 1.0, 0x1F, 0777, yes, on, "true", 2024-01-01T00:00:00Z, 2024-01-01, ~, null, 1e3, 12:30:45, "007", 1_000]
1: one
true: two
block: |-
  - kind: a
   ---
folded: >
  a
  b
`;
    const [part] = await read(Buffer.from(text));
    const json = part?.type === 'item' ? Buffer.from(part.json).toString() : '';
    expect(json).toContain(
      '"values":[9007199254740993,1.0,31,777,"yes","on","true","2024-01-01T00:00:00Z","2024-01-01",null,null,1e3,"12:30:45","007","1_000"]',
    );
    expect(JSON.parse(json)).toMatchObject({ '1': 'one', true: 'two', block: '- kind: a\n ---', folded: 'a b\n' });
  });

  it('follows anchors from one item to the next', async () => {
    const text = 'apiVersion: v1\nitems:\n- &a\n  kind: X\n  b: &b [1]\n- <<: *a\n  c: *b\nkind: List\n';
    expect(await objects(text)).toEqual([
      { kind: 'X', b: [1] },
      { kind: 'X', b: [1], c: [1] },
    ]);
  });

  it('refuses aliases that say gigabytes', async () => {
    const levels = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`);
    const [part] = await read(Buffer.from(`apiVersion: v1\nkind: X\nl0: &l0 [aaaaaaaaaa]\n${levels.join('\n')}\n`));
    expect(part).toMatchObject({
      type: 'fault',
      reason: expect.stringMatching(/at most 64 MiB, found more behind its aliases/),
    });
  });

  const noDumps: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['nothing', '', /found nothing/],
    ['white space', ' \n\n', /found nothing/],
    ['a web page', '<!DOCTYPE html>\n<html>', /found markup: "<!DOCTYPE html>"/],
    [
      'an error of kubectl',
      'Error from server (Forbidden): pods is forbidden',
      /expected a Kubernetes object with apiVersion and kind, found .*Forbidden/,
    ],
    [
      'a text of kubectl',
      'No resources found in default namespace.\n',
      /found "No resources found in default namespace."/,
    ],
    ['a printed table', 'NAME   READY   STATUS\nweb-1  1/1     Running\n', /expected a Kubernetes object/],
    [
      'a Table',
      '{"kind":"Table","apiVersion":"meta.k8s.io/v1","columnDefinitions":[],"rows":[]}',
      /found a Table, which holds cells/,
    ],
    ['a Status', '{"kind":"Status","apiVersion":"v1","status":"Failure"}', /found a Status/],
    ['a Table as YAML', 'apiVersion: meta.k8s.io/v1\nkind: Table\nrows: []\n', /found a Table/],
    [
      'a list of resources',
      '{"kind":"APIResourceList","groupVersion":"v1","resources":[]}',
      /expected a list with items, found "APIResourceList" without/,
    ],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1]), /found binary data/],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 1, 2, 3]), /found zstd; try: zstd -dc FILE \|/],
  ];
  it.each(noDumps)('refuses %s', async (_, text, message) => {
    await expect(read(Buffer.from(text))).rejects.toThrow(message);
  });

  const broken: readonly (readonly [string, (json: string) => string])[] = [
    ['a raw control character', (json) => json.replace('text', 'te\u0001xt')],
    ['an escape that is none', (json) => json.replace('"text"', '"te\\xt"')],
    ['a missing quote', (json) => json.replace('"spec"', 'spec"')],
    ['an open string', (json) => json.replace('"shop"', '"shop')],
    ['a missing brace', (json) => json.replace('}}', '}')],
    ['a missing bracket and brace', (json) => json.slice(0, -2)],
    ['a brace too many', (json) => json.replace('}', '}}')],
    ['a missing colon', (json) => json.replace('"kind":', '"kind"')],
    ['a word that is none', (json) => json.replace('"v1"', 'v1')],
    ['a comma too many', (json) => json.replace(',', ',,')],
    ['nothing but a word', () => 'garbage'],
    ['an open brace', () => '{'],
  ];
  describe.each(broken)('with %s in the second of three objects', (_, breakIt) => {
    const [first, second, third] = pods.map((object) => JSON.stringify(object)) as [string, string, string];
    const texts = [
      `{"apiVersion":"v1","items":[${first},${breakIt(second)},${third}],"kind":"List"}`,
      `{"apiVersion":"v1","items":[\n  ${first},\n  ${breakIt(second)},\n  ${third}\n],\n"kind":"List"}\n`,
      `${first}\n${breakIt(second)}\n${third}\n`,
    ];
    it.each(texts)('reads the others from %#', async (text) => {
      for (const chunkBytes of [11, 1 << 20]) {
        const parts = await objects(text, chunkBytes);
        expect(parts.filter((part) => (part as DumpPart).type === 'fault').length).toBeGreaterThan(0);
        expect(parts).toContainEqual(pods[0]);
        expect(parts).toContainEqual(pods[2]);
      }
    });
  });

  it('reads the other items of a YAML List behind a broken one', async () => {
    const text = 'apiVersion: v1\nitems:\n- kind: A\n- kind: "B\n  a: b: c\n- kind: C\nkind: List\n';
    expect(await objects(text)).toMatchObject([
      { kind: 'A' },
      { type: 'fault', index: 1, reason: expect.stringMatching(/^no YAML: /) },
      { kind: 'C' },
    ]);
  });

  it('says where a cut dump ends, wherever it is cut, and reads what is whole', async () => {
    const text = list(pods);
    const ends = pods.map((object) => text.indexOf(JSON.stringify(object)) + JSON.stringify(object).length);
    for (let length = 1; length < text.length; length++) {
      const bytes = Buffer.from(text.slice(0, length));
      const parts = await read(bytes, 200);
      expect(parts.filter(({ type }) => type === 'item')).toHaveLength(ends.filter((end) => end <= length).length);
      expect(parts.at(-1)).toMatchObject({
        type: 'fault',
        reason: expect.stringMatching(
          new RegExp(`^the input ends at byte ${bytes.length}: expected .*, found the end$`),
        ),
      });
    }
  });

  it('reads what a cut gzip file still holds', async () => {
    const many = list(Array.from({ length: 2000 }, (_, index) => pod(`web-${index}-${Math.sin(index)}`)));
    const packed = gzipSync(many);
    const parts: unknown[] = [];
    const dump = await openDump('-', Readable.from([packed.subarray(0, packed.length - 2000)]));
    await expect(async () => {
      for await (const batch of readDump(dump.chunks)) parts.push(...batch);
    }).rejects.toThrow(/expected a whole gzip file, found: unexpected end of file/);
    expect(parts.length).toBeGreaterThan(1000);
  });
});

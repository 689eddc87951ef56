import { describe, expect, it } from '@jest/globals';
import { WatchSplitter } from '../../../src/synchro/reflector/watch-splitter.js';

function split(text: string, size: number): readonly unknown[] {
  const bytes = Buffer.from(text);
  const splitter = new WatchSplitter();
  const parts: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const part of splitter.push(bytes.subarray(at, at + size))) {
      parts.push(
        'reason' in part ? { fault: part.reason, excerpt: part.excerpt } : [part.type, part.object.toString()],
      );
    }
  }
  return parts;
}

const pod = '{"kind":"Pod","metadata":{"name":"a","annotations":{"x":"}}\\n{\\"type\\":\\"ADDED\\""}}}';

describe('the events of a watch', () => {
  const text = [
    `{"type":"ADDED","object":${pod}}`,
    '',
    `{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"7"}}}\r`,
    `{"object":${pod}, "type":"MODIFIED"}`,
    `{ "type" : "DELETED" , "object" : ${pod} }`,
    '',
  ].join('\n');
  const events = [
    ['ADDED', pod],
    ['BOOKMARK', '{"kind":"Pod","metadata":{"resourceVersion":"7"}}'],
    ['MODIFIED', pod],
    ['DELETED', pod],
  ];

  it('are cut out in any form of JSON, wherever the pieces end', () => {
    for (const size of [1, 2, 3, 10, 64, 10_000]) expect(split(text, size)).toEqual(events);
  });

  it('are read on behind lines that are none, each of which is named', () => {
    const broken = [
      '{"type":"ADDED","object":{"a":}}x',
      'oops',
      '{"type":"ADDED"}',
      '[1]',
      '{"type":"ADDED","object":3}',
    ];
    for (const size of [5, 10_000]) {
      const parts = split(`${broken.join('\n')}\n${text}`, size);
      expect(parts.slice(broken.length)).toEqual(events);
      expect(parts.slice(0, broken.length)).toEqual(
        broken.map((line) => ({ fault: expect.stringMatching(/expected/), excerpt: line })),
      );
    }
  });

  it('may be larger than any window', () => {
    const large = `{"metadata":{"name":"large"},"data":"${'x'.repeat(5 << 20)}"}`;
    const parts = split(`{"type":"ADDED","object":${large}}\n`, 16_384);
    expect(parts).toEqual([['ADDED', large]]);
  });

  it('that do not end are given up, and the next line is read', () => {
    const parts = split(`{"type":"ADDED","object":{"x":"${'y'.repeat(65 << 20)}"}}\n${text}`, 1 << 20);
    expect(parts[0]).toMatchObject({ fault: expect.stringMatching(/at most 64 MiB/) });
    expect(parts.slice(1)).toEqual(events);
  });
});

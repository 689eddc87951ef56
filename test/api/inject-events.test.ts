import { prepareObject } from '@clusterdex/storage-contract';
import { describe, expect, it } from '@jest/globals';
import { injectEvents } from '../../src/api/inject-events.js';

const annotation = 'shadow.clusterpedia.io/events';

function inject(object: object, events: readonly object[] | undefined) {
  const json = prepareObject(Buffer.from(JSON.stringify(object)), { cluster: 'c' }).json;
  const stored = { cluster: 'c', namespace: '', name: 'n', json };
  const bytes = events?.map((event) => Buffer.from(JSON.stringify(event)));
  return Buffer.from(injectEvents(bytes === undefined ? stored : { ...stored, events: bytes })).toString();
}

describe('event injection', () => {
  const events = [{ reason: 'Pulled "x"', message: 'a\nb \\ ü' }, { reason: 'Started' }];
  const tricky = `"annotations":{"${annotation}":"x"}`;

  it('puts the events into an annotation, whatever stands in front of the annotations', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'n',
        labels: { annotations: 'no', 'shadow.clusterpedia.io/cluster-name': 'a-label' },
        ownerReferences: [{ kind: '}]{', annotations: { a: tricky } }],
        annotations: { tricky, brackets: '}}]]\\"' },
      },
      spec: { metadata: { annotations: { a: 'b' } }, big: 1 },
    };
    const injected = JSON.parse(inject(object, events));
    const { [annotation]: text, ...others } = injected.metadata.annotations;
    expect(JSON.parse(text)).toEqual(events);
    expect({ ...injected, metadata: { ...injected.metadata, annotations: others } }).toEqual({
      ...object,
      metadata: {
        ...object.metadata,
        annotations: { ...object.metadata.annotations, 'shadow.clusterpedia.io/cluster-name': 'c' },
      },
    });
  });

  it('leaves an object without events as it is', () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'n' } };
    expect(inject(object, undefined)).toBe(inject(object, []));
    expect(inject(object, undefined)).not.toContain(annotation);
  });
});

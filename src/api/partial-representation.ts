import { createPartialObjectWriter, type MetaVersion } from '../kube/table/partial-objects.js';
import { collectRows, createRowWriter } from '../kube/table/row-writer.js';
import { answerMemory, releaseAnswer } from './answer-memory.js';
import { injectEvents } from './inject-events.js';
import type { Representation } from './representation.js';

const comma = 0x2c;

/** Objects as PartialObjectMetadata, and lists of them. */
export function partialRepresentation(version: MetaVersion): Representation {
  const objects = createPartialObjectWriter(version);
  const writer = createRowWriter();
  const listWriter = createRowWriter(answerMemory);
  const single = (json: Uint8Array): Uint8Array => collectRows(writer, (to) => objects.write(to, json, false));
  return {
    forList: (options) => ({ ...options, onlyMetadata: true }),
    forWatch: (options) => options,
    list: ({ metadata, describedAtEnd, injectEvents: withEvents }) => ({
      opening: `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}"`,
      describe: (summary) => `,"metadata":${JSON.stringify(metadata(summary))}`,
      describedAtEnd,
      member: 'items',
      items(batch) {
        const bytes = collectRows(listWriter, (to) => {
          for (const [index, object] of batch.objects.entries()) {
            if (index > 0) to.byte(comma);
            objects.write(to, withEvents ? injectEvents(object) : object.json, true);
          }
        });
        return { bytes, release: releaseAnswer(Buffer.from(bytes.buffer)) };
      },
    }),
    object: (object) => single(injectEvents(object)),
    events:
      () =>
      ({ json }) =>
        single(json),
  };
}

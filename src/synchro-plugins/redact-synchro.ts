// clusterdex: { "version": "1.0.0", "kind": "synchro", "name": "redact", "contract": "1.0" }

import { createHmac, randomBytes } from 'node:crypto';
import type { ReconcileContext, StorageHost, SynchroPlugin } from '@clusterdex/storage-contract';

interface RedactConfig {
  readonly key?: string;
}

type Members = Readonly<Record<string, unknown>>;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const settingName = 'key';

/**
 * Puts a digest in the place of each value of a Secret: two values are equal where their digests are, and nothing else can be learned. The digest has
 * a key, because what people choose as passwords can be tried out otherwise.
 */
const redact: SynchroPlugin<RedactConfig> = {
  contract: '1.0',
  name: 'redact',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      key: {
        type: 'string',
        minLength: 16,
        description:
          'for digests that are the same on several servers; made at the first start, and kept, unless given',
      },
    },
  },
  async createStep({ key }, host) {
    const digestKey = key ?? (await loadKey(host));
    return {
      reconciler: {
        name: 'redact',
        reconcile(context) {
          const { group, resource } = context.resourceType;
          if (group === '' && resource === 'secrets') context.replace(redacted(context, digestKey));
        },
        handleDeletion() {},
      },
    };
  },
};

async function loadKey({ keyValue }: StorageHost): Promise<string> {
  const stored = keyValue.get(settingName);
  if (stored !== undefined) return stored;
  const made = randomBytes(32).toString('base64');
  await keyValue.set(settingName, made);
  return made;
}

function redacted(context: ReconcileContext, key: string): Members {
  const secret = context.parse();
  const { data, stringData, ...others } = secret;
  const metadata = others.metadata as Members;
  return {
    ...others,
    metadata: withoutLastApplied(metadata),
    ...(isMap(data) ? { data: digests(data, key) } : {}),
    ...(isMap(stringData) ? { stringData: digests(stringData, key) } : {}),
  };
}

/** It repeats the values. */
function withoutLastApplied(metadata: Members): Members {
  const { annotations } = metadata;
  if (!isMap(annotations) || !Object.hasOwn(annotations, lastApplied)) return metadata;
  const { [lastApplied]: _, ...kept } = annotations;
  return { ...metadata, annotations: kept };
}

/** In base64, as the values of a Secret are. */
function digests(values: Members, key: string): Members {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const digest = createHmac('sha256', key).update(JSON.stringify(value)).digest('hex').slice(0, 32);
      return [name, Buffer.from(`redacted:${digest}`).toString('base64')];
    }),
  );
}

function isMap(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export default redact;

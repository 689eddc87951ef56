type Schema = Readonly<Record<string, unknown>>;

const base64 = (description: string): Schema => ({ type: 'string', format: 'byte', description });

const secretKey = (description: string): Schema => ({
  type: 'object',
  description,
  required: ['name', 'key'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'The Secret, in the namespace of clusterdex.' },
    key: { type: 'string', minLength: 1, description: 'The key in the data of the Secret.' },
  },
});

const names = (description: string): Schema => ({
  type: 'array',
  description,
  items: { type: 'string', minLength: 1 },
});

const syncResources: Schema = {
  type: 'array',
  description: 'What to follow of the cluster.',
  items: {
    type: 'object',
    required: ['group', 'resources'],
    properties: {
      group: { type: 'string', description: 'The API group; empty for the core group, * for everything.' },
      versions: names('Versions of custom resources; * for all, none for the first three that are served.'),
      resources: {
        ...names('Plural or singular names, in any case; * for all resources of the group.'),
        minItems: 1,
      },
      eventsInvolvedResources: names('Resources of this entry, or *, to which events are attached.'),
    },
  },
};

/** JSON Schema of the spec of a PediaCluster; the CustomResourceDefinition has the same. */
export const pediaClusterSpecSchema: Schema = {
  type: 'object',
  required: ['syncResources'],
  properties: {
    kubeconfig: base64('A whole kubeconfig; wins over all that follows.'),
    apiserver: { type: 'string', description: 'The URL of the API server; needed unless there is a kubeconfig.' },
    tokenData: base64('A bearer token.'),
    caData: base64('Certificates of the authority to trust, PEM. Without it the server is not verified.'),
    certData: base64('A client certificate, PEM.'),
    keyData: base64("The client certificate's private key, PEM."),
    authenticationFrom: {
      type: 'object',
      description: 'Credentials in Secrets; used where none stand here.',
      properties: {
        kubeconfig: secretKey('A whole kubeconfig.'),
        token: secretKey('A bearer token.'),
        ca: secretKey('Certificates of the authority to trust.'),
        cert: secretKey('A client certificate.'),
        key: secretKey("The client certificate's private key."),
      },
    },
    syncResources,
    syncAllCustomResources: {
      type: 'boolean',
      description: 'Follow everything that CustomResourceDefinitions define.',
    },
    syncResourcesRefName: {
      type: 'string',
      description: 'A ClusterSyncResources, of which the list is added to this one.',
    },
    shardingName: {
      type: 'string',
      description: 'The manager that follows this cluster; empty for the one without a name.',
    },
  },
};

/** JSON Schema of the spec of a ClusterSyncResources. */
export const clusterSyncResourcesSpecSchema: Schema = {
  type: 'object',
  required: ['syncResources'],
  properties: { syncResources },
};

const text = { type: 'string' };
const time = { type: 'string', format: 'date-time' };

/** JSON Schema of the status of a PediaCluster. */
export const pediaClusterStatusSchema: Schema = {
  type: 'object',
  properties: {
    apiserver: { type: 'string', description: 'The URL that is used.' },
    version: { type: 'string', description: 'The version of the API server.' },
    shardingName: { type: 'string', description: 'The manager that follows the cluster; absent when none does.' },
    conditions: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: {
        type: 'object',
        required: ['type', 'status', 'reason', 'lastTransitionTime'],
        properties: {
          type: text,
          status: { type: 'string', enum: ['True', 'False', 'Unknown'] },
          observedGeneration: { type: 'integer', format: 'int64' },
          reason: text,
          message: text,
          lastTransitionTime: time,
        },
      },
    },
    syncResources: {
      type: 'array',
      items: {
        type: 'object',
        required: ['group', 'resources'],
        properties: {
          group: text,
          resources: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name', 'kind', 'namespaced', 'syncConditions'],
              properties: {
                name: text,
                kind: text,
                namespaced: { type: 'boolean' },
                syncConditions: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['version', 'status', 'lastTransitionTime'],
                    properties: {
                      version: text,
                      syncVersion: text,
                      syncResource: text,
                      storageVersion: text,
                      storageResource: text,
                      status: text,
                      reason: text,
                      message: text,
                      initialListPhase: { type: 'boolean' },
                      lastTransitionTime: time,
                      objects: { type: 'integer', format: 'int64' },
                      lagSeconds: { type: 'number' },
                      lastError: text,
                    },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

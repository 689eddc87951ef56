// clusterdex: { "version": "1.0.0", "kind": "synchro", "name": "namespaces", "contract": "1.0" }

import type { ObjectContext, SynchroPlugin } from '@clusterdex/storage-contract';

interface NamespacesConfig {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly clusterScoped: boolean;
}

const patterns = {
  type: 'array',
  items: { type: 'string', pattern: '^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?$', maxLength: 63 },
  default: [],
} as const;

/** Stores what lies in some namespaces only. */
const namespaces: SynchroPlugin<NamespacesConfig> = {
  contract: '1.0',
  name: 'namespaces',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      include: { ...patterns, description: 'names, `*` stands for any characters; empty for all' },
      exclude: { ...patterns, description: 'names that are left out of these' },
      clusterScoped: { type: 'boolean', default: true, description: 'whether objects without a namespace are stored' },
    },
  },
  async createStep({ include, exclude, clusterScoped }) {
    const isIncluded = matcher(include);
    const isExcluded = matcher(exclude);
    const fieldSelector = selectorOf(include, exclude);
    const accepts = (name: string) => (include.length === 0 || isIncluded(name)) && !isExcluded(name);
    return {
      selectors: ({ namespaced }) => (namespaced && fieldSelector !== '' ? { fieldSelector } : undefined),
      filter({ namespace, name, resourceType }: ObjectContext) {
        if (resourceType.namespaced) return accepts(namespace);
        // A namespace is stored where what lies in it is.
        if (resourceType.group === '' && resourceType.resource === 'namespaces') return accepts(name);
        return clusterScoped;
      },
    };
  },
};

function matcher(list: readonly string[]): (name: string) => boolean {
  const exact = new Set(list);
  const wild = list.filter((pattern) => pattern.includes('*')).map(toExpression);
  return (name) => exact.has(name) || wild.some((expression) => expression.test(name));
}

function toExpression(pattern: string): RegExp {
  return new RegExp(`^${pattern.split('*').map(escapeText).join('.*')}$`);
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What a cluster can select itself: one namespace, or all but some. */
function selectorOf(include: readonly string[], exclude: readonly string[]): string {
  const [only, second] = include;
  const terms = exclude.filter((name) => !name.includes('*')).map((name) => `metadata.namespace!=${name}`);
  if (only !== undefined && second === undefined && !only.includes('*')) terms.unshift(`metadata.namespace=${only}`);
  return terms.join();
}

export default namespaces;

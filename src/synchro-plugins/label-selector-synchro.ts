// clusterdex: { "version": "1.0.0", "kind": "synchro", "name": "label-selector", "contract": "1.0" }

import type { ResourceType, SynchroPlugin } from '@clusterdex/storage-contract';

interface LabelSelectorConfig {
  readonly selector: string;
  readonly resources: readonly string[];
}

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

/** Stores what carries some labels only. */
const labelSelector: SynchroPlugin<LabelSelectorConfig> = {
  contract: '1.0',
  name: 'label-selector',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['selector'],
    properties: {
      selector: {
        type: 'string',
        minLength: 1,
        description: 'as behind kubectl -l: `team=shop,tier in (web, api),!canary`',
      },
      resources: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        default: [],
        description: 'to which it applies, such as `pods`, `deployments.apps`; empty for all',
      },
    },
  },
  async createStep({ selector, resources }) {
    const requirements = parseSelector(selector);
    const applies = ({ group, resource }: ResourceType) =>
      resources.length === 0 || resources.includes(group === '' ? resource : `${resource}.${group}`);
    return {
      selectors: (type) => (applies(type) ? { labelSelector: selector } : undefined),
      filter: ({ labels, resourceType }) => !applies(resourceType) || requirements.every((isMet) => isMet(labels)),
    };
  },
};

function parseSelector(text: string): readonly Requirement[] {
  return split(text).map(parseRequirement);
}

/** At the commas that are not within brackets. */
function split(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const name = '[A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?';
const value = '(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?';
const existence = new RegExp(`^(!?)\\s*(${name})$`);
const equality = new RegExp(`^(${name})\\s*(==|=|!=)\\s*(${value})$`);
const membership = new RegExp(`^(${name})\\s+(in|notin)\\s*\\(\\s*(${value}(?:\\s*,\\s*${value})*)\\s*\\)$`);

function parseRequirement(text: string): Requirement {
  const exists = existence.exec(text);
  if (exists !== null) return (labels) => Object.hasOwn(labels, exists[2] as string) === (exists[1] === '');
  const equals = equality.exec(text);
  if (equals !== null) {
    const [, key, operator, wanted] = equals as unknown as [string, string, string, string];
    return (labels) => (read(labels, key) === wanted) === (operator !== '!=');
  }
  const member = membership.exec(text);
  if (member === null) {
    throw new Error(
      `expected a label selector, such as team=shop or tier in (web, api), found ${JSON.stringify(text)}`,
    );
  }
  const [, key, operator, list] = member as unknown as [string, string, string, string];
  const wanted = new Set(list.split(',').map((part) => part.trim()));
  return (labels) => {
    const found = read(labels, key);
    return (found !== undefined && wanted.has(found)) === (operator === 'in');
  };
}

function read(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}

export default labelSelector;

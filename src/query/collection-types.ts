import type { ResourceTypeSelector } from '@clusterdex/storage-contract';
import { GrammarError } from '../kube/grammar-error.js';

/**
 * The parameter `groups` of the collection resource `any`: `group`, `group/version`, `/version` and `` (the core group), joined by
 * commas; `*` among them means every type.
 */
export function parseGroups(text: string): readonly ResourceTypeSelector[] | 'all' {
  const items = splitItems(text);
  if (items.includes('*')) return 'all';
  return items.map((item) => {
    const [group = '', version = '', ...more] = item.split('/');
    if (more.length > 0) throw unexpected(item, 'group, group/version, /version for the core group, or *');
    return version === '' ? { group } : { group, version };
  });
}

/**
 * The parameter `resources` of the collection resource `any`: `group/resource`, `/resource` (core), `group/version/resource`,
 * `/version/resource`, `//resource` and `group//resource`, joined by commas.
 */
export function parseResources(text: string): readonly ResourceTypeSelector[] {
  return splitItems(text).map((item) => {
    const parts = item.split('/');
    const resource = parts.at(-1) ?? '';
    if (parts.length < 2 || parts.length > 3 || resource === '') {
      throw unexpected(item, 'group/resource, /resource for the core group, or group/version/resource');
    }
    const group = parts[0] ?? '';
    const version = parts.length === 3 ? (parts[1] ?? '') : '';
    return version === '' ? { group, resource } : { group, version, resource };
  });
}

function splitItems(text: string): readonly string[] {
  return text.replaceAll(' ', '').split(',');
}

function unexpected(item: string, forms: string): GrammarError {
  const text = JSON.stringify(item);
  const hint = item.includes('*') ? ' (* stands alone, in groups)' : '';
  return new GrammarError(`${text} is no resource type; expected ${forms}${hint}`);
}

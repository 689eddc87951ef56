import type { ResourceType, ResourceTypeSelector } from '../resource-type.js';

/** Whether a type is selected by one of the selectors. */
export function selectsType(selectors: readonly ResourceTypeSelector[], type: ResourceType): boolean {
  return selectors.some(
    ({ group, version, resource }) =>
      group === type.group &&
      (version === undefined || version === type.version) &&
      (resource === undefined || resource === type.resource),
  );
}

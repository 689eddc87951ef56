import { listAt, textAt } from './read-fields.js';

/** The Containers and Images cells of a pod spec. */
export function containerCells(podSpec: unknown): [string, string] {
  const containers = listAt(podSpec, 'containers');
  return [
    containers.map((container) => textAt(container, 'name')).join(','),
    containers.map((container) => textAt(container, 'image')).join(','),
  ];
}

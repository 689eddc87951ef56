import type { FleetObject } from './fleet.js';

/** How some of the row texts of a fleet begin. */
export const fleetRowPrefix = '1.a ';

/** The row text that an object of a fleet is written with: of this beginning, of another, or none. */
export function fleetRow({ cluster, type, object }: FleetObject): string | undefined {
  const { name, namespace = '' } = object.metadata as { readonly name: string; readonly namespace?: string };
  const key = `${cluster}/${type.resource}/${namespace}/${name}`;
  const kind = [...key].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0) % 3;
  return kind === 0 ? undefined : `${kind === 1 ? fleetRowPrefix : '1.b '}"${key}","\u00011795000000000\u0001"]`;
}

import { parseGroups } from './collection-types.js';
import { defineParameter } from './parameter.js';

export const collectionParameters = Object.freeze([
  defineParameter({
    name: 'groups',
    member: 'groups',
    url: ['groups'],
    grammar:
      '`group`, `group/version`, `/version` or nothing (both the core group), joined by commas; `*` for every type. Blanks do not count',
    description:
      'Which types the collection resource `any` lists: everything in these groups. `any` needs `groups`, `resources` or both.',
    examples: ['groups=apps,batch/v1', 'groups=', 'groups=*'],
    scope: 'any',
    fromUrl: parseGroups,
  }),
  defineParameter({
    name: 'resources',
    member: 'resources',
    url: ['resources'],
    grammar:
      '`group/resource`, `group/version/resource`, `/resource` or `/version/resource` (both the core group), joined by commas. Blanks do not count',
    description: 'Which types the collection resource `any` lists, in addition to `groups`.',
    examples: ['resources=apps/deployments,/v1/pods'],
    scope: 'any',
    fromUrl: (value) => value,
  }),
]);

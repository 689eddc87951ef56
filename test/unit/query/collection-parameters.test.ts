import { describe, expect, it } from '@jest/globals';
import { options, refusal } from './parse.js';

const any = { collection: 'any' };

describe('the types of the collection resource any', () => {
  it.each([
    ['groups=apps', [{ group: 'apps' }]],
    ['groups=apps/v1', [{ group: 'apps', version: 'v1' }]],
    ['groups=apps/', [{ group: 'apps' }]],
    ['groups=/v1', [{ group: '', version: 'v1' }]],
    ['groups=/', [{ group: '' }]],
    ['groups=', [{ group: '' }]],
    ['groups=apps,', [{ group: 'apps' }, { group: '' }]],
    ['groups= apps , batch / v1 ', [{ group: 'apps' }, { group: 'batch', version: 'v1' }]],
    ['groups=*', 'all'],
    ['groups=apps, *', 'all'],
    ['groups=*&resources=broken', 'all'],
    ['resources=apps/deployments', [{ group: 'apps', resource: 'deployments' }]],
    ['resources=/pods', [{ group: '', resource: 'pods' }]],
    ['resources=apps/v1/deployments', [{ group: 'apps', version: 'v1', resource: 'deployments' }]],
    ['resources=/v1/pods', [{ group: '', version: 'v1', resource: 'pods' }]],
    ['resources=//pods', [{ group: '', resource: 'pods' }]],
    ['resources=apps//deployments', [{ group: 'apps', resource: 'deployments' }]],
    [
      'groups=apps&resources= batch/jobs , /pods',
      [{ group: 'apps' }, { group: 'batch', resource: 'jobs' }, { group: '', resource: 'pods' }],
    ],
  ])('%s', (query, types) => {
    expect(options(query, any)).toEqual({ types });
  });

  it.each([
    ['groups=a/b/c', 'groups: "a/b/c" is no resource type'],
    ['groups=apps/*/x', 'is no resource type'],
    ['resources=', 'resources: "" is no resource type'],
    ['resources=pods', '"pods" is no resource type'],
    ['resources=apps/', 'is no resource type'],
    ['resources=apps/v1/', 'is no resource type'],
    ['resources=a/b/c/d', 'is no resource type'],
    ['resources=*', '* stands alone, in groups'],
    ['groups=apps&resources=pods', 'is no resource type'],
    ['', 'needs groups, resources or both'],
    ['names=a', 'needs groups, resources or both'],
  ])('refuses %j', (query, message) => {
    const error = refusal(query, any);
    expect(error.reason).toBe('BadRequest');
    expect(error.message).toContain(message);
  });

  it.each([{ collection: 'workloads' }, {}])('have no meaning elsewhere: %j', (more) => {
    expect(refusal('groups=apps', more).message).toContain('has no meaning here');
    expect(refusal('resources=/pods', more).message).toContain('has no meaning here');
    expect(options('', more)).toEqual({});
  });

  it('go with every other condition', () => {
    expect(options('groups=apps&clusters=c&ownerName=web&limit=5&injectEvents=true', any)).toEqual({
      types: [{ group: 'apps' }],
      clusters: { in: ['c'] },
      owner: { name: 'web', seniority: 0 },
      limit: 5,
      injectEvents: true,
    });
  });
});

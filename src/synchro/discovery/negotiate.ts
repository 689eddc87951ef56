import type { ResourceInventory } from '@clusterdex/storage-contract';
import { apiVersionOf } from '../../kube/api-version.js';
import { builtinTypes } from '../../kube/builtin-types.js';
import { homeGroup } from '../../kube/cohabiting-group.js';
import { canConvert } from '../../kube/conversion/convert-object.js';
import { compareVersions } from '../../kube/version-order.js';
import { clusterGroup, type SyncResources } from '../cluster/pedia-cluster.js';
import type { ServedResource, ServedResources } from './served-resource.js';

/** A type to follow: what is listed and watched, and what it is stored as. */
export interface PlannedSync {
  readonly source: ServedResource;
  /** The source in the version that is stored, without what only a definition says. */
  readonly storage: ResourceInventory;
  readonly recordsEvents: boolean;
}

/** What was asked for and is not served, or cannot be followed. */
export interface MissingResource {
  readonly group: string;
  readonly resource: string;
  readonly reason: 'ResourceNotFound' | 'NotWatchable' | 'VersionNotServed' | 'DiscoveryFailed';
  readonly message: string;
}

export interface SyncPlan {
  readonly syncs: readonly PlannedSync[];
  readonly missing: readonly MissingResource[];
}

export interface NegotiateOptions {
  readonly syncResources: readonly SyncResources[];
  readonly syncAllCustomResources: boolean;
  /** `resource.group` of what CustomResourceDefinitions define. */
  readonly definedByCrd: ReadonlySet<string>;
}

const customVersions = 3;

/** What to follow of what is served. Each stored type once: where two entries ask for it, the first one counts, and events if any wants them. */
export function negotiate(served: ServedResources, options: NegotiateOptions): SyncPlan {
  const byResource = groupByResource(served.resources);
  const plan = new PlanBuilder();
  for (const entry of options.syncResources) addEntry(plan, { entry, byResource, served });
  if (options.syncAllCustomResources) {
    for (const name of options.definedByCrd) {
      const versions = byResource.get(name);
      if (versions !== undefined && versions[0]?.group !== clusterGroup)
        plan.addResource(versions, { versions: ['*'], recordsEvents: false, isAsked: false });
    }
  }
  return plan.build();
}

interface Entry {
  readonly entry: SyncResources;
  readonly byResource: ReadonlyMap<string, readonly ServedResource[]>;
  readonly served: ServedResources;
}

function addEntry(plan: PlanBuilder, { entry, byResource, served }: Entry): void {
  const group = entry.group.trim().toLowerCase();
  const events = new Set((entry.eventsInvolvedResources ?? []).map((name) => name.toLowerCase()));
  const wanted = new Set(entry.resources.map((name) => name.trim().toLowerCase()));
  const isEverything = group === '*';
  for (const versions of byResource.values()) {
    const [first] = versions;
    if (first === undefined) continue;
    const isOfGroup = versions.some((served) => served.group === group || homeOf(served) === group);
    if (!isEverything && !isOfGroup) continue;
    const isNamed = wanted.delete(first.resource) || wanted.delete(first.singularName);
    if (!isEverything && !isNamed && !wanted.has('*')) continue;
    // They hold the credentials of clusters: who wants them stored has to name them.
    if (!isNamed && first.group === clusterGroup) continue;
    plan.addResource(versions, {
      versions: isEverything ? ['*'] : (entry.versions ?? []),
      recordsEvents: events.has('*') || events.has(first.resource) || events.has(first.singularName),
      isAsked: isNamed,
    });
  }
  if (isEverything) return;
  wanted.delete('*');
  const isUnavailable = served.unavailable.some((unavailable) => unavailable.group === group);
  for (const resource of wanted) {
    const name = resource + (group === '' ? '' : `.${group}`);
    plan.addMissing({
      group,
      resource,
      ...(isUnavailable
        ? { reason: 'DiscoveryFailed', message: `the API service of ${group} does not answer` }
        : { reason: 'ResourceNotFound', message: `the cluster serves no ${name}` }),
    });
  }
}

interface Wish {
  readonly versions: readonly string[];
  readonly recordsEvents: boolean;
  /** Whether its name was given, so that a refusal has to be told. */
  readonly isAsked: boolean;
}

class PlanBuilder {
  private readonly syncs = new Map<string, PlannedSync>();
  private readonly missing: MissingResource[] = [];

  addMissing(missing: MissingResource): void {
    this.missing.push(missing);
  }

  addResource(served: readonly ServedResource[], wish: Wish): void {
    const usable = served.filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'));
    const [first] = served;
    if (first === undefined) return;
    const group = homeOf(first);
    const { resource } = first;
    if (usable.length === 0) {
      if (wish.isAsked)
        this.missing.push({
          group,
          resource,
          reason: 'NotWatchable',
          message: `${resource} cannot be listed and watched`,
        });
      return;
    }
    const builtin = builtinTypes[group]?.find((type) => type.resource === resource);
    const pairs =
      builtin === undefined ? customPairs(usable, wish.versions) : [builtinPair(usable, group, builtin.versions)];
    if (pairs.length === 0) {
      const found = usable.map(({ version }) => version).join(', ');
      this.missing.push({
        group,
        resource,
        reason: 'VersionNotServed',
        message: `expected ${wish.versions.join(', ')}, served are ${found}`,
      });
    }
    for (const { source, version, group } of pairs) this.add({ ...source, group, version }, source, wish.recordsEvents);
  }

  /** Events of both groups are the same objects; where both are asked for, those of the core group are stored, and readable as both. */
  build(): SyncPlan {
    if (this.syncs.has('/v1/events')) this.syncs.delete('events.k8s.io/v1/events');
    return { syncs: [...this.syncs.values()], missing: this.missing };
  }

  private add(stored: ServedResource, source: ServedResource, recordsEvents: boolean): void {
    const key = `${stored.group}/${stored.version}/${stored.resource}`;
    const known = this.syncs.get(key);
    if (known === undefined) this.syncs.set(key, { source, storage: inventoryOf(stored), recordsEvents });
    else if (recordsEvents && !known.recordsEvents) this.syncs.set(key, { ...known, recordsEvents });
  }
}

interface VersionPair {
  readonly source: ServedResource;
  /** In which it is stored. */
  readonly group: string;
  readonly version: string;
}

/** The version that we store if it is served, in the group that it moved to before the one that it came from; else one that can be converted to it, else the first one that we know, else the server's first. */
function builtinPair(served: readonly ServedResource[], home: string, known: readonly string[]): VersionPair {
  const [preferred] = known;
  const [first] = served;
  if (preferred === undefined || first === undefined) throw new TypeError('a built-in type has a version');
  const target = { group: home, version: preferred };
  const exact = served.find(({ group, version }) => group === home && version === preferred);
  if (exact !== undefined) return { source: exact, ...target };
  const ordered = [...served].sort((a, b) => Number(b.group === home) - Number(a.group === home));
  const convertible = ordered.find(({ group, version, kind }) =>
    canConvert({ kind, from: apiVersionOf(group, version), to: apiVersionOf(home, preferred) }),
  );
  if (convertible !== undefined) return { source: convertible, ...target };
  const source = ordered.find(({ version }) => known.includes(version)) ?? first;
  return { source, group: source.group, version: source.version };
}

function customPairs(served: readonly ServedResource[], versions: readonly string[]): VersionPair[] {
  const ordered = [...served].sort((a, b) => compareVersions(a.version, b.version));
  const chosen = versions.includes('*')
    ? ordered
    : versions.length === 0
      ? ordered.slice(0, customVersions)
      : ordered.filter(({ version }) => versions.includes(version));
  return chosen.map((source) => ({ source, group: source.group, version: source.version }));
}

function inventoryOf(stored: ServedResource): ResourceInventory {
  const { group, version, resource, kind, namespaced, singularName, shortNames, categories } = stored;
  return {
    group,
    version,
    resource,
    kind,
    namespaced,
    singularName,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
}

function homeOf({ group, resource }: ServedResource): string {
  return homeGroup(group, resource);
}

function groupByResource(resources: readonly ServedResource[]): ReadonlyMap<string, readonly ServedResource[]> {
  const groups = new Map<string, ServedResource[]>();
  for (const served of resources) {
    const name = `${served.resource}.${homeOf(served)}`;
    const versions = groups.get(name);
    if (versions === undefined) groups.set(name, [served]);
    else versions.push(served);
  }
  return groups;
}

import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterInventory, ClusterSynchroReport, ResourceInventory } from '@clusterdex/storage-contract';
import { apiVersionOf } from '../../kube/api-version.js';
import { readableVersions } from '../../kube/conversion/convert-object.js';
import type { ClusterDeclaration } from '../cluster/cluster-declaration.js';
import { Conditions } from '../cluster/conditions.js';
import type { ClusterConnection } from '../connection/cluster-connection.js';
import { createClusterConnection } from '../connection/create-connection.js';
import { withDeadline } from '../connection/with-deadline.js';
import { createDefinitions, type Definitions } from '../discovery/definitions.js';
import { createDiscovery, type Discovery } from '../discovery/discover.js';
import { negotiate, type SyncPlan } from '../discovery/negotiate.js';
import type { ServedResources } from '../discovery/served-resource.js';
import { checkHealth } from '../health/check-health.js';
import { createInitialEventsOffer } from '../reflector/initial-events-offer.js';
import { reportMissing } from './sync-report.js';
import { createSyncSet, keyOf, type ResolvedSync, type SyncSet } from './sync-set.js';
import type { SynchroParts } from './synchro-parts.js';

export interface ClusterSynchroOptions {
  readonly parts: SynchroParts;
  readonly declaration: ClusterDeclaration;
  /** What was stored of the cluster's inventory before. */
  readonly known: ClusterInventory | undefined;
  /** Called, perhaps often, when `inventory()` has changed. */
  readonly onChange: () => void;
}

/** Milliseconds. */
const healthEvery = 5000;
const mostHealthWait = 30_000;
const discoverEvery = 60_000;
/** How long a type has to be missing from discovery before what is stored of it is deleted. */
const missingPatience = 10_000;
/** After CRDs or API services change, discovery follows a little later. */
const triggerWaits = [300, 1000, 3000];
const failuresUntilPause = 2;
const versionLimits = { deadline: 15_000, mostBytes: 1 << 20 };
const discoveryDeadline = 120_000;

/** Follows one cluster: asks how it is, what it serves, and keeps a sync for each type that is wanted. */
export class ClusterSynchro {
  private declaration: ClusterDeclaration;
  private readonly conditions: Conditions;
  private readonly name: string;
  private version: string | undefined;
  private resources: readonly ResourceInventory[];
  private missing: SyncPlan['missing'] = [];
  private discoveryError: string | undefined;
  private syncs: SyncSet | undefined;
  private connection: ClusterConnection | undefined;
  /** When each type that is stored was first seen to be missing. */
  private readonly missingSince = new Map<string, number>();
  private readonly initialEventsOffer = createInitialEventsOffer();
  private trigger: (() => void) | undefined;
  /** What is stored was prepared in another way, and not all of it is written anew yet. */
  private isRewriting: boolean;

  constructor(private readonly options: ClusterSynchroOptions) {
    const { declaration, known } = options;
    this.declaration = declaration;
    this.name = declaration.name;
    this.version = known?.version;
    this.resources = known?.resources ?? [];
    this.isRewriting = known !== undefined && known.synchro?.preparation !== options.parts.pipeline.fingerprint;
    this.conditions = new Conditions(Date.now, known?.synchro?.conditions);
    const { warning = '', problem } = declaration;
    if (problem === undefined)
      this.conditions.set('Validated', { status: 'True', reason: 'Validated', message: warning });
    else this.conditions.set('Validated', { status: 'False', ...problem });
    this.conditions.set('SynchroRunning', { status: 'False', reason: 'WaitInit', message: '' });
    this.conditions.set('ClusterHealthy', { status: 'Unknown', reason: 'MonitorStop', message: '' });
  }

  /** Whether the same synchro can go on with this declaration: it is reached the same way. */
  accepts(declaration: ClusterDeclaration): boolean {
    return JSON.stringify(declaration.target) === JSON.stringify(this.declaration.target);
  }

  /** What to follow is otherwise now. */
  update(declaration: ClusterDeclaration): void {
    this.declaration = declaration;
    const { warning = '', problem } = declaration;
    if (problem === undefined) this.condition('Validated', { status: 'True', reason: 'Validated', message: warning });
    else this.condition('Validated', { status: 'False', ...problem });
    this.trigger?.();
  }

  get openConnections(): number {
    return this.connection?.connections ?? 0;
  }

  /** Whether everything that is wanted was read once. */
  get isComplete(): boolean {
    return this.syncs?.isComplete === true && this.conditions.get('SynchroRunning')?.status === 'True';
  }

  inventory(): ClusterInventory {
    const healthy = this.conditions.get('ClusterHealthy');
    const message = healthy?.message || this.discoveryError;
    return {
      cluster: this.name,
      ...(this.version === undefined ? {} : { version: this.version }),
      health: {
        status: healthStatus[healthy?.status ?? 'Unknown'],
        ...(healthy?.status === 'True' ? {} : { reason: healthy?.reason ?? 'MonitorStop' }),
        ...(message ? { message } : {}),
      },
      resources: this.resources,
      synchro: this.report(),
      updatedAt: Date.now(),
    };
  }

  /** Until the signal aborts; rejects for nothing that a cluster or the storage does. */
  async run(signal: AbortSignal): Promise<void> {
    const { target, problem } = this.declaration;
    this.options.onChange();
    if (target === undefined || problem !== undefined) {
      const { reason, message } = problem ?? {
        reason: 'InvalidConfig',
        message: 'it is not said how to reach the cluster',
      };
      this.condition('SynchroRunning', { status: 'False', reason, message });
      return aborted(signal);
    }
    try {
      this.connection = createClusterConnection(target);
    } catch (error) {
      this.condition('Validated', { status: 'False', reason: 'InvalidConfig', message: messageOf(error) });
      this.condition('SynchroRunning', { status: 'False', reason: 'InvalidConfig', message: messageOf(error) });
      return aborted(signal);
    }
    try {
      await this.watchHealth(this.connection, signal);
    } finally {
      await this.connection.close();
      this.conditions.set('SynchroRunning', { status: 'False', reason: 'Shutdown', message: '' });
      const last = this.conditions.get('ClusterHealthy');
      const message = last?.status === 'False' ? last.message : '';
      this.conditions.set('ClusterHealthy', { status: 'Unknown', reason: 'MonitorStop', message });
      this.options.onChange();
    }
  }

  private async watchHealth(connection: ClusterConnection, signal: AbortSignal): Promise<void> {
    const discovery = createDiscovery(connection);
    const read = deferred();
    const definitions = createDefinitions(connection, { onChange: () => this.trigger?.(), onRead: read.resolve });
    let session: { readonly end: () => void; readonly ended: Promise<void> } | undefined;
    for (let failures = 0; !signal.aborted; ) {
      const { isHealthy, condition } = await checkHealth(connection, signal);
      if (signal.aborted) break;
      this.condition('ClusterHealthy', condition);
      failures = isHealthy ? 0 : failures + 1;
      if (isHealthy && session === undefined) {
        const ender = new AbortController();
        const following = AbortSignal.any([signal, ender.signal]);
        // Every sync of the cluster listens to it.
        setMaxListeners(0, following);
        session = {
          end: () => ender.abort(),
          ended: this.follow({ connection, discovery, definitions, definitionsRead: read.promise }, following),
        };
      } else if (session !== undefined && failures >= failuresUntilPause) {
        session.end();
        await session.ended;
        session = undefined;
        this.options.onChange();
      } else if (session === undefined) {
        const reason = this.syncs === undefined ? 'InitialFailed' : 'Pending';
        this.condition('SynchroRunning', { status: 'False', reason, message: condition.message });
      }
      const wait = Math.min(mostHealthWait, healthEvery * 2 ** Math.max(0, failures - failuresUntilPause));
      await pause(wait * (1 + Math.random() / 2), signal);
    }
    session?.end();
    await session?.ended;
  }

  private async follow(parts: Following, signal: AbortSignal): Promise<void> {
    const { starting } = this.options.parts;
    const syncs = createSyncSet({
      parts: this.options.parts,
      cluster: this.name,
      connection: parts.connection,
      ignoreVersions: this.isRewriting,
      initialEventsOffer: this.initialEventsOffer,
      signal,
      onChange: this.options.onChange,
      onNotServed: () => this.trigger?.(),
    });
    const followingDefinitions = parts.definitions.follow(signal);
    let changes = new AbortController();
    let triggers = 0;
    this.trigger = () => {
      triggers = triggerWaits.length;
      changes.abort();
    };
    try {
      for (let failures = 0; !signal.aborted; ) {
        changes = new AbortController();
        try {
          await starting(() => this.refresh(parts, syncs, signal));
          failures = 0;
          this.discoveryError = undefined;
          this.condition('SynchroRunning', { status: 'True', reason: 'Running', message: '' });
        } catch (error) {
          if (signal.aborted) break;
          failures++;
          this.noteFailure(error);
        }
        const usual =
          failures > 0
            ? Math.min(60_000, 1000 * 2 ** failures)
            : this.missingSince.size > 0
              ? missingPatience
              : discoverEvery;
        const wait =
          triggers > 0 ? (triggerWaits[triggerWaits.length - triggers--] ?? usual) : usual * (0.75 + Math.random() / 2);
        await pause(wait, AbortSignal.any([signal, changes.signal]));
        if (changes.signal.aborted) await pause(triggerWaits[0] ?? 0, signal);
      }
    } finally {
      this.trigger = undefined;
      await syncs.stop();
      await followingDefinitions;
    }
  }

  /** What is stored stays, and is said to be stale. */
  private noteFailure(error: unknown): void {
    const message = messageOf(error);
    this.discoveryError = `what the cluster serves is not known: ${message}`;
    this.options.parts.logger.warn({ cluster: this.name, reason: message }, 'cannot discover what a cluster serves');
    if (this.syncs === undefined) {
      this.condition('SynchroRunning', { status: 'False', reason: 'InitialFailed', message });
    }
    this.options.onChange();
  }

  private async refresh(parts: Following, syncs: SyncSet, signal: AbortSignal): Promise<void> {
    const { connection, discovery, definitions, definitionsRead } = parts;
    await this.readVersion(connection, signal);
    const served = await discover(discovery, signal);
    // The columns of custom resources are stored with them: it is worth a moment to know them from the beginning.
    await Promise.race([definitionsRead, pause(2000, signal)]);
    const { syncResources, syncAllCustomResources } = this.declaration;
    const definedByCrd = definitions.names ?? new Set<string>();
    const plan = negotiate(served, { syncResources, syncAllCustomResources, definedByCrd });
    const wanted = plan.syncs.map((planned) => resolve(planned, definitions));
    const { kept, removed } = this.judgeMissing(wanted, served, definitions.names);
    const known = new Set(wanted.map(({ storage }) => keyOf(storage)));
    const keptSyncs = kept.flatMap((type) => (known.has(keyOf(type)) ? [] : [sourceOf(type)]));
    if (this.syncs !== syncs) await this.options.parts.storage.prepareCluster(this.name);
    this.missing = plan.missing;
    this.resources = withReadable([...wanted, ...keptSyncs].map(({ storage }) => storage));
    this.syncs = syncs;
    await syncs.apply([...wanted, ...keptSyncs], removed);
    this.options.onChange();
  }

  private async readVersion(connection: ClusterConnection, signal: AbortSignal): Promise<void> {
    const answer = (await connection.getJson('/version', { signal, ...versionLimits })) as {
      gitVersion?: unknown;
    } | null;
    if (typeof answer?.gitVersion !== 'string') throw new Error('expected a version at /version, found none');
    if (this.version !== answer.gitVersion) this.initialEventsOffer.forget();
    this.version = answer.gitVersion;
  }

  /**
   * What is stored and not wanted by the plan: gone for good when nobody asks for it or its definition is deleted; kept for a while when
   * discovery does not name it, and as long as its API service does not answer.
   */
  private judgeMissing(
    wanted: readonly ResolvedSync[],
    served: ServedResources,
    defined: ReadonlySet<string> | undefined,
  ) {
    const plan = new Set(wanted.map(({ storage }) => keyOf(storage)));
    const unavailable = new Set(served.unavailable.map(({ group, version }) => `${group}/${version}`));
    const isServed = new Set(served.resources.map(keyOf));
    const kept: ResourceInventory[] = [];
    const removed: ResourceInventory[] = [];
    for (const type of this.resources) {
      const key = keyOf(type);
      if (type.storedAs !== undefined) continue;
      if (plan.has(key)) {
        this.missingSince.delete(key);
        continue;
      }
      if (unavailable.has(`${type.group}/${type.version}`)) kept.push(type);
      else if (isServed.has(key) || isUndefined(type, defined) || this.hasBeenMissing(key)) removed.push(type);
      else kept.push(type);
    }
    for (const type of removed) this.missingSince.delete(keyOf(type));
    return { kept, removed };
  }

  private hasBeenMissing(key: string): boolean {
    const since = this.missingSince.get(key);
    if (since === undefined) this.missingSince.set(key, performance.now());
    return since !== undefined && performance.now() - since >= missingPatience - 1000;
  }

  private condition(
    type: 'Validated' | 'SynchroRunning' | 'ClusterHealthy',
    change: Parameters<Conditions['set']>[1],
  ): void {
    if (this.conditions.set(type, change)) this.options.onChange();
  }

  private report(): ClusterSynchroReport {
    const { parts } = this.options;
    const { target, declaredBy } = this.declaration;
    if (this.isComplete) this.isRewriting = false;
    // Until all is written anew, a restart has to begin again.
    const preparation = this.isRewriting ? this.options.known?.synchro?.preparation : parts.pipeline.fingerprint;
    const missing = this.missing.map((resource) => reportMissing(resource, Date.now()));
    return {
      declaredBy,
      writer: parts.identity,
      ...(target === undefined ? {} : { apiserver: target.server }),
      ...(preparation === undefined ? {} : { preparation }),
      conditions: this.conditions.list(),
      syncs: [...(this.syncs?.report() ?? []), ...missing],
    };
  }
}

interface Following {
  readonly connection: ClusterConnection;
  readonly discovery: Discovery;
  readonly definitions: Definitions;
  readonly definitionsRead: Promise<void>;
}

/** An answer that comes byte by byte must not keep others from their turn. */
async function discover(discovery: Discovery, signal: AbortSignal): Promise<ServedResources> {
  const limits = { signal, milliseconds: discoveryDeadline, what: 'discovery' };
  return (await withDeadline(limits, (ending) => discovery.refresh(ending))).served;
}

const healthStatus = { True: 'healthy', False: 'unhealthy', Unknown: 'unknown' } as const;

/** With what its definition says; of a built-in kind discovery says all. */
function resolve(planned: SyncPlan['syncs'][number], definitions: Definitions): ResolvedSync {
  const { group, version, kind, resource } = planned.storage;
  const defined = definitions.find(group, version, kind);
  return { ...planned, storage: defined?.resource === resource ? defined : planned.storage };
}

/** A type that is stored and is not in discovery at the moment. */
function sourceOf(type: ResourceInventory): ResolvedSync {
  const { group, version, resource, kind, namespaced, singularName, shortNames = [], categories = [] } = type;
  return {
    source: {
      group,
      version,
      resource,
      kind,
      namespaced,
      singularName,
      shortNames,
      categories,
      verbs: ['list', 'watch'],
    },
    storage: type,
    recordsEvents: false,
  };
}

/** Whether the definition that brought the type, which its columns tell of, is deleted. */
function isUndefined(type: ResourceInventory, defined: ReadonlySet<string> | undefined): boolean {
  return defined !== undefined && type.printerColumns !== undefined && !defined.has(`${type.resource}.${type.group}`);
}

/** Built-in kinds can be read in older versions, too. */
function withReadable(types: readonly ResourceInventory[]): readonly ResourceInventory[] {
  const known = new Set(types.map(keyOf));
  const readable = types.flatMap((type) =>
    readableVersions(type.kind, apiVersionOf(type.group, type.version)).flatMap((apiVersion) => {
      const [group = '', version = ''] = apiVersion.split('/');
      const other = { ...type, group, version, storedAs: { group: type.group, version: type.version } };
      return known.has(keyOf(other)) ? [] : [other];
    }),
  );
  return [...types, ...readable];
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal }).catch(() => {});
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

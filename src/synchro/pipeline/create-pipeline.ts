import { createHash } from 'node:crypto';
import {
  type DeletionContext,
  InvalidObjectError,
  isStorageError,
  type PluginLogger,
  type PreparedWithKind,
  type PruneOptions,
  prepareObject,
  type Reconciler,
  type RemovalContext,
  type ResourceType,
  type SourceSelectors,
  type StorageFactory,
  type SynchroState,
  type SynchroStep,
} from '@clusterdex/storage-contract';
import type { Pipeline, ProcessedFrom, Removed } from './pipeline.js';
import { PipelineError } from './pipeline-error.js';
import type { PipelineMetrics } from './pipeline-metrics.js';
import { StepContext } from './step-context.js';
import { StepDeadline } from './step-deadline.js';

/** When a step throws: the object is not stored (and stays as it was, if it was), or goes on as if the step were not there. */
export type StepErrorPolicy = 'refuse' | 'ignore';

export interface PipelineStep {
  readonly name: string;
  readonly step: SynchroStep;
  readonly onError: StepErrorPolicy;
  /** Config and version, for the fingerprint. */
  readonly identity: unknown;
  readonly logger: PluginLogger;
}

export interface CreatePipelineOptions {
  readonly steps: readonly PipelineStep[];
  /** What reconcilers may look up. */
  readonly storage: Pick<StorageFactory, 'resourceStorage'>;
  readonly metrics?: PipelineMetrics;
  /** Milliseconds for one object in one step; 30,000 unless told. */
  readonly deadline?: number;
}

export function createPipeline(options: CreatePipelineOptions): Pipeline {
  return new StepPipeline(options);
}

type Verdict = PreparedWithKind | undefined;

class StepPipeline implements Pipeline {
  readonly fingerprint: string;
  private readonly filters: readonly PipelineStep[];
  private readonly reconcilers: readonly (PipelineStep & { readonly reconciler: Reconciler })[];
  private readonly prunes: PruneOptions;
  private readonly states = new Map<string, SynchroState>();

  constructor(private readonly options: CreatePipelineOptions) {
    const { steps } = options;
    this.fingerprint = createHash('sha256')
      .update(JSON.stringify(steps.map(({ name, onError, identity }) => [name, onError, identity])))
      .digest('hex')
      .slice(0, 16);
    this.filters = steps.filter(({ step }) => step.filter !== undefined);
    this.reconcilers = steps.flatMap((entry) => {
      const { reconciler } = entry.step;
      return reconciler === undefined ? [] : [{ ...entry, reconciler }];
    });
    const prunes = steps.flatMap(({ step }) => step.prunes ?? []);
    this.prunes = Object.freeze({
      managedFields: prunes.some(({ managedFields }) => managedFields),
      annotations: [...new Set(prunes.flatMap(({ annotations }) => annotations ?? []))],
    });
  }

  selectors(type: ResourceType): SourceSelectors {
    const found = this.options.steps.flatMap(({ step }) => step.selectors?.(type) ?? []);
    const join = (texts: readonly (string | undefined)[]) =>
      texts.filter((text) => text !== undefined && text !== '').join();
    const labelSelector = join(found.map((selectors) => selectors.labelSelector));
    const fieldSelector = join(found.map((selectors) => selectors.fieldSelector));
    return {
      ...(labelSelector === '' ? {} : { labelSelector }),
      ...(fieldSelector === '' ? {} : { fieldSelector }),
    };
  }

  process(json: Uint8Array, from: ProcessedFrom): Verdict | Promise<Verdict> {
    const prepared = this.prepare(json, from);
    if (this.filters.length === 0 && this.reconcilers.length === 0) return prepared;
    const context = this.contextOf(prepared, from);
    for (const entry of this.filters) if (!this.passes(entry, context)) return undefined;
    return this.reconcile(context, { from, at: 0 });
  }

  handleDeletion(namespace: string, name: string, from: ProcessedFrom): Promise<void> | undefined {
    return this.reconcilers.length === 0 ? undefined : this.tellAll(namespace, name, from);
  }

  async handleRemoval({ signal, ...removed }: Removed): Promise<void> {
    for (const entry of this.reconcilers) {
      const deadline = new StepDeadline(this.options.deadline ?? 30_000, signal);
      const context: RemovalContext = {
        ...removed,
        logger: entry.logger,
        get signal() {
          return deadline.signal;
        },
      };
      try {
        const done = entry.reconciler.handleRemoval?.(context);
        if (done instanceof Promise) await deadline.wait(done);
        else deadline.end();
      } catch (error) {
        this.fail(entry, error);
      }
    }
    if (removed.resourceType === undefined) this.states.delete(removed.cluster);
  }

  async close(): Promise<void> {
    const closing = this.options.steps.map(async ({ step, logger }) => {
      try {
        await step.close?.();
      } catch (error) {
        logger.warn({ reason: messageOf(error) }, 'failed to close');
      }
    });
    await Promise.all(closing);
  }

  private prepare(json: Uint8Array, { cluster, apiVersion, kind }: ProcessedFrom): PreparedWithKind {
    return prepareObject(json, { cluster, apiVersion, kind, prunes: this.prunes });
  }

  private contextOf(prepared: PreparedWithKind, { cluster, resourceType }: ProcessedFrom): StepContext {
    return new StepContext(prepared, { cluster, resourceType, state: this.stateOf(cluster) });
  }

  private passes(entry: PipelineStep, context: StepContext): boolean {
    try {
      const passes = entry.step.filter?.(context) === true;
      this.options.metrics?.count(entry.name, passes ? 'ok' : 'filtered');
      return passes;
    } catch (error) {
      this.fail(entry, error);
      return true;
    }
  }

  /** Synchronous as long as the steps are. */
  private reconcile(
    context: StepContext,
    { from, at }: { from: ProcessedFrom; at: number },
  ): Verdict | Promise<Verdict> {
    let current = context;
    for (let i = at; i < this.reconcilers.length; i++) {
      const entry = this.reconcilers[i] as (typeof this.reconcilers)[number];
      const deadline = new StepDeadline(this.options.deadline ?? 30_000, from.signal);
      const begun = performance.now();
      let isWaiting = false;
      try {
        const done = entry.reconciler.reconcile(current.forReconciler(entry.logger, deadline));
        isWaiting = done instanceof Promise;
        if (done instanceof Promise) {
          const waited = current;
          return deadline
            .wait(done)
            .then(
              () => this.replaced(entry, waited, from),
              (error: unknown) => this.fail(entry, error, waited),
            )
            .then((next) => {
              this.options.metrics?.time(entry.name, (performance.now() - begun) / 1000);
              return this.reconcile(next, { from, at: i + 1 });
            });
        }
        current = this.replaced(entry, current, from);
      } catch (error) {
        current = this.fail(entry, error, current);
      } finally {
        if (!isWaiting) deadline.end();
      }
      this.options.metrics?.time(entry.name, (performance.now() - begun) / 1000);
    }
    return current.prepared;
  }

  /** The object that goes on: what the step put in its place, prepared as it was. */
  private replaced(entry: PipelineStep, context: StepContext, from: ProcessedFrom): StepContext {
    const { replacement, prepared } = context;
    if (replacement === undefined) {
      this.options.metrics?.count(entry.name, 'ok');
      return context;
    }
    const json = replacement instanceof Uint8Array ? replacement : Buffer.from(JSON.stringify(replacement));
    let next: PreparedWithKind;
    try {
      next = this.prepare(json, from);
    } catch (error) {
      if (!(error instanceof InvalidObjectError)) throw error;
      return this.fail(entry, new Error(`put in its place what is no object: ${error.message}`), context);
    }
    if (next.namespace !== prepared.namespace || next.name !== prepared.name) {
      return this.fail(entry, new Error('put an object of another name in its place'), context);
    }
    this.options.metrics?.count(entry.name, 'replaced');
    return this.contextOf(next, from);
  }

  private async tellAll(namespace: string, name: string, from: ProcessedFrom): Promise<void> {
    const { cluster, resourceType } = from;
    for (const entry of this.reconcilers) {
      const deadline = new StepDeadline(this.options.deadline ?? 30_000, from.signal);
      const context: DeletionContext = {
        cluster,
        resourceType,
        namespace,
        name,
        state: this.stateOf(cluster),
        logger: entry.logger,
        get signal() {
          return deadline.signal;
        },
      };
      try {
        const done = entry.reconciler.handleDeletion(context);
        if (done instanceof Promise) await deadline.wait(done);
        else deadline.end();
      } catch (error) {
        this.fail(entry, error);
      }
    }
  }

  /** Throws, or says what goes on, as the policy of the step wants it. */
  private fail<Context>(entry: PipelineStep, error: unknown, context?: Context): Context {
    const result = entry.onError === 'ignore' ? 'ignored' : 'refused';
    this.options.metrics?.count(entry.name, result);
    if (entry.onError === 'refuse') {
      throw new PipelineError(entry.name, `${entry.name}: ${messageOf(error)}`, { cause: error });
    }
    entry.logger.warn({ reason: messageOf(error) }, 'the step failed; the object goes on without it');
    if (context instanceof StepContext) context.replacement = undefined;
    return context as Context;
  }

  private stateOf(cluster: string): SynchroState {
    let state = this.states.get(cluster);
    if (state === undefined) {
      state = createState(this.options.storage, cluster);
      this.states.set(cluster, state);
    }
    return state;
  }
}

function createState(storage: Pick<StorageFactory, 'resourceStorage'>, cluster: string): SynchroState {
  return Object.freeze({
    async get(type: ResourceType, namespace: string, name: string) {
      try {
        return (await storage.resourceStorage(type).get(cluster, namespace, name)).json;
      } catch (error) {
        if (isStorageError(error) && error.code === 'NOT_FOUND') return undefined;
        throw error;
      }
    },
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

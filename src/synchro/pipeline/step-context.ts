import type {
  ObjectContext,
  PluginLogger,
  PreparedWithKind,
  ReconcileContext,
  ResourceType,
  SynchroState,
} from '@clusterdex/storage-contract';
import type { StepDeadline } from './step-deadline.js';

export interface StepContextOptions {
  readonly cluster: string;
  readonly resourceType: ResourceType;
  readonly state: SynchroState;
}

/** One object on its way through the steps. */
export class StepContext implements ObjectContext {
  readonly cluster: string;
  readonly resourceType: ResourceType;
  readonly state: SynchroState;
  /** What a step put in the place of the object. */
  replacement: Readonly<Record<string, unknown>> | Uint8Array | undefined;
  private parsed: Readonly<Record<string, unknown>> | undefined;

  constructor(
    readonly prepared: PreparedWithKind,
    { cluster, resourceType, state }: StepContextOptions,
  ) {
    this.cluster = cluster;
    this.resourceType = resourceType;
    this.state = state;
  }

  get namespace(): string {
    return this.prepared.namespace;
  }

  get name(): string {
    return this.prepared.name;
  }

  get uid(): string {
    return this.prepared.uid;
  }

  get resourceVersion(): string {
    return this.prepared.resourceVersion;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.prepared.labels;
  }

  get json(): Uint8Array {
    return this.prepared.json;
  }

  parse(): Readonly<Record<string, unknown>> {
    this.parsed ??= Object.freeze(JSON.parse(Buffer.from(this.prepared.json).toString()) as Record<string, unknown>);
    return this.parsed;
  }

  replace(object: Readonly<Record<string, unknown>> | Uint8Array): void {
    this.replacement = object;
  }

  forReconciler(logger: PluginLogger, deadline: StepDeadline): ReconcileContext {
    return new ReconcilerView(this, logger, deadline);
  }
}

/** The same object, with what one reconciler is given besides. */
class ReconcilerView implements ReconcileContext {
  constructor(
    private readonly object: StepContext,
    readonly logger: PluginLogger,
    private readonly deadline: StepDeadline,
  ) {}

  get signal(): AbortSignal {
    return this.deadline.signal;
  }

  get cluster(): string {
    return this.object.cluster;
  }

  get resourceType(): ResourceType {
    return this.object.resourceType;
  }

  get state(): SynchroState {
    return this.object.state;
  }

  get namespace(): string {
    return this.object.namespace;
  }

  get name(): string {
    return this.object.name;
  }

  get uid(): string {
    return this.object.uid;
  }

  get resourceVersion(): string {
    return this.object.resourceVersion;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.object.labels;
  }

  get json(): Uint8Array {
    return this.object.json;
  }

  parse(): Readonly<Record<string, unknown>> {
    return this.object.parse();
  }

  replace(object: Readonly<Record<string, unknown>> | Uint8Array): void {
    this.object.replace(object);
  }
}

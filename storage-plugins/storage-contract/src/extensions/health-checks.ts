/** Something that an operator should know, under a code such as `INDEX_NEARLY_FULL`. */
export interface HealthCheck {
  readonly severity: 'warning' | 'error';
  /** One line. */
  readonly summary: string;
  /** A line for each thing that is affected. */
  readonly detail?: readonly string[];
}

/** By code: capital letters, digits and underscores. */
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

/** As an operator sees it, with what the host itself found. */
export interface PluginHealth {
  readonly status: 'HEALTH_OK' | 'HEALTH_WARN' | 'HEALTH_ERR';
  readonly checks: HealthChecks;
}

/** The authorities whose certificates clients are asked for: one of several sources, or all of them. */
export interface ClientAuthorities {
  /** PEM texts of now. */
  readonly current: readonly string[];
  /** `listener` is called after each change. */
  onChange(listener: () => void): void;
}

/** The parts of an object that a printer reads: of the shape of the object, and whatever else is missing. */
export type Fields = Readonly<Record<string, unknown>>;

/** A column as a Table of meta.k8s.io carries it. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** 0 is always shown, more than 0 with `-o wide`. */
  readonly priority: number;
}

/** A cell that says how long ago something was: its text is made when it is read. */
export interface ElapsedCell {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly before?: string;
  readonly after?: string;
}

/** A bigint is an integer beyond what a number holds exactly. */
export type Cell = string | number | bigint | boolean | null | ElapsedCell;

/** What a row says of its object besides the cells. */
export interface RowCondition {
  readonly type: 'Completed';
  readonly status: 'True';
  readonly reason: string;
  readonly message: string;
}

/** How a kind is shown: a row in the table of kinds. */
export interface Printer {
  /** Without the Cluster column, which every table has first. */
  readonly columns: readonly ColumnDefinition[];
  /**
   * What `cells` reads besides metadata.name and metadata.creationTimestamp: paths of member names, which go through lists without
   * saying so. A path with `#` at its end needs only the number (a list) or the names (a map) of the members.
   */
  readonly fields: readonly string[];
  /** The cells below `columns`, the same at any time: what depends on the time is an ElapsedCell. Never throws. */
  cells(object: Fields): Cell[];
  /** The conditions of the row; undefined when there are none. */
  conditions?(object: Fields): readonly RowCondition[] | undefined;
  /** Field paths by which a kube-apiserver sorts the rows of a list; undefined when it leaves them as they come. */
  readonly order?: readonly string[];
}

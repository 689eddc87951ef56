import {
  Histogram,
  type MetricObjectWithValues,
  type MetricType,
  type MetricValueWithName,
  type Registry,
} from 'prom-client';

export interface OperationHistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds in seconds, ascending. */
  readonly buckets: readonly number[];
  readonly labelNames: readonly string[];
  readonly registers: readonly Registry[];
}

type Labels = Readonly<Record<string, string>>;

/** Durations of calls that have the same labels. */
export interface OperationSeries {
  readonly labels: Labels;
  /** Of each bucket alone, the one without an upper bound behind them. */
  readonly counts: Float64Array;
  count: number;
  seconds: number;
}

/** A histogram that is counted in place: the usual one makes a key of the labels for each value, which costs more than the rest of a call. */
export class OperationHistogram extends Histogram {
  readonly #options: OperationHistogramOptions;
  readonly #series: OperationSeries[] = [];

  constructor(options: OperationHistogramOptions) {
    const { name, help, buckets, labelNames, registers } = options;
    super({ name, help, buckets: [...buckets], labelNames: [...labelNames], registers: [...registers] });
    this.#options = options;
  }

  /** The series of these labels, for those who observe often. */
  series(labels: Labels): OperationSeries {
    const known = this.#series.find((series) => isSame(series.labels, labels));
    if (known !== undefined) return known;
    const counts = new Float64Array(this.#options.buckets.length + 1);
    const created = { labels, counts, count: 0, seconds: 0 };
    this.#series.push(created);
    return created;
  }

  observeIn(series: OperationSeries, seconds: number): void {
    const { buckets } = this.#options;
    let at = 0;
    while (at < buckets.length && seconds > (buckets[at] ?? 0)) at++;
    series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.count++;
    series.seconds += seconds;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help } = this.#options;
    const values = this.#series.flatMap((series) => this.#valuesOf(series));
    // Its types have a number where the library has a word.
    return { name, help, type: 'histogram' as unknown as MetricType, aggregator: 'sum', values, collect() {} };
  }

  /** What the registry asks for when it writes text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }

  #valuesOf({ labels, counts, count, seconds }: OperationSeries): MetricValueWithName<string>[] {
    const { name, buckets } = this.#options;
    let sum = 0;
    const bounds = [...buckets, '+Inf'].map((le, at) => {
      sum += counts[at] ?? 0;
      return { labels: { le, ...labels }, value: sum, metricName: `${name}_bucket` };
    });
    return [
      ...bounds,
      { labels, value: seconds, metricName: `${name}_sum` },
      { labels, value: count, metricName: `${name}_count` },
    ];
  }
}

function isSame(a: Labels, b: Labels): boolean {
  return Object.entries(a).every(([name, value]) => b[name] === value);
}

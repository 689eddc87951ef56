import type { Check, Figure } from './report.js';

/** What the project set out to reach, checked on the figures of one run; a target whose figures were not measured is not in the answer. */
export function targetChecks(figures: readonly Figure[]): Check[] {
  const sizes = [...new Set(figures.map((figure) => figure.pods))].sort((a, b) => a - b);
  const [small = 0] = sizes;
  const large = sizes.at(-1) ?? 0;
  const find = (what: string, pods = small): Figure | undefined =>
    figures.find((figure) => figure.storage === 'sqlite' && figure.pods === pods && figure.what.startsWith(what));
  const checks: Check[] = [];
  const list = find('http: list, limit 500');
  if (list !== undefined) {
    checks.push(ratioCheck('sqlite, list of 500 at 40 % or more of the limit', list, 0.4));
  }
  const table = find('http: Table');
  if (table !== undefined)
    checks.push(ratioCheck('sqlite, Table of 500 at 60 % or more of the list as JSON', table, 0.6));
  const get = find('http: get one');
  if (get !== undefined) checks.push(ratioCheck('sqlite, get at 50 % or more of the limit', get, 0.5));
  const label = find('http: list by label');
  if (label !== undefined && get !== undefined) {
    const wanted = Math.min(5000, get.subject / 4);
    checks.push({
      what: 'sqlite, label search at 5,000 requests/s or a quarter of get, whichever is less',
      holds: label.subject >= wanted,
      found: `${Math.round(label.subject)} requests/s, wanted ${Math.round(wanted)}`,
    });
  }
  const ingest = find('ingest');
  if (ingest !== undefined) {
    checks.push({
      what: 'sqlite, ingest at 15,000 objects/s or 60 % of bare inserts with JSON.parse',
      holds: ingest.subject >= 15_000 || ingest.ratio >= 0.6,
      found: `${Math.round(ingest.subject)} objects/s, ratio ${ingest.ratio.toFixed(2)}`,
    });
  }
  checks.push(...postgresChecks(figures.filter(({ storage, pods }) => storage === 'postgres' && pods === small)));
  checks.push(
    ...elasticsearchChecks(figures.filter(({ storage, pods }) => storage === 'elasticsearch' && pods === small)),
  );
  if (large > small) {
    for (const what of ['http: get one', 'http: list by label']) {
      const [few, many] = [find(what), find(what, large)];
      if (few === undefined || many === undefined) continue;
      // Against the limits, so that the machine's mood between two parts of the run does not count.
      const growth = few.ratio / many.ratio;
      checks.push({
        what: `sqlite, ${what.slice(6)} costs at most 1.5 times as much at ${large} pods as at ${small}`,
        holds: growth <= 1.5,
        found: `${growth.toFixed(2)} times (${(few.subject / many.subject).toFixed(2)} in requests/s)`,
      });
    }
  }
  return checks;
}

function elasticsearchChecks(figures: readonly Figure[]): Check[] {
  const wanted = [
    ['list, limit 500', "elasticsearch, list of 500 at 50 % or more of the client's search"],
    ['ingest', 'elasticsearch, ingest at 50 % or more of _bulk of the same documents'],
  ] as const;
  return wanted.flatMap(([begin, what]) => {
    const figure = figures.find((one) => one.what.startsWith(begin));
    return figure === undefined ? [] : [ratioCheck(what, figure, 0.5)];
  });
}

/** Requests per second of Clusterpedia with PostgreSQL, measured on two idle cores; ten times as many is the target. */
const clusterpedia = [
  ['http: list, limit 500', 17],
  ['http: list by label', 35],
  ['http: namespace, limit 100', 124],
  ['http: collection resource', 16],
  ['http: Table', 25],
] as const;

function postgresChecks(figures: readonly Figure[]): Check[] {
  const find = (what: string) => figures.find((figure) => figure.what.startsWith(what));
  const checks: Check[] = [];
  const list = find('list, limit 500');
  if (list !== undefined) checks.push(ratioCheck('postgres, list of 500 at 50 % or more of the driver', list, 0.5));
  const ingest = find('ingest');
  if (ingest !== undefined) {
    const found = `${Math.round(ingest.subject)} objects/s, ratio ${ingest.ratio.toFixed(2)}`;
    checks.push({ what: 'postgres, ingest at 5,000 objects/s', holds: ingest.subject >= 5000, found });
  }
  for (const [what, theirs] of clusterpedia) {
    const figure = find(what);
    if (figure === undefined) continue;
    const found = `${Math.round(figure.subject)} requests/s, ${(figure.subject / theirs).toFixed(1)} times ${theirs}`;
    const wanted = `postgres, ${what.slice(6)}: ten times Clusterpedia's requests per second on two idle cores`;
    checks.push({ what: wanted, holds: figure.subject >= 10 * theirs, found });
  }
  return checks;
}

function ratioCheck(what: string, figure: Figure, wanted: number): Check {
  const byProcessor = figure.processorRatio === undefined ? '' : `, ${figure.processorRatio.toFixed(2)} by CPU`;
  return { what, holds: figure.ratio >= wanted, found: `${figure.ratio.toFixed(2)}${byProcessor}` };
}

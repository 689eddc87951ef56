import type { PluginRoute } from '@clusterdex/storage-contract';

export interface RouteMatch {
  readonly route: PluginRoute;
  /** Values of the pattern's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface RouteTable {
  /** By a method and decoded segments; the methods that there are when the path has others alone, undefined when there is no such path. */
  find(method: string, segments: readonly string[]): RouteMatch | readonly string[] | undefined;
}

interface Candidate {
  readonly route: PluginRoute;
  readonly segments: readonly string[];
}

export function createRouteTable(routes: readonly PluginRoute[]): RouteTable {
  const candidates = routes
    .map((route): Candidate => ({ route, segments: route.pattern.slice(1).split('/') }))
    .sort(byRank);
  return {
    find(method, segments) {
      const asked = method === 'HEAD' ? 'GET' : method;
      const methods = new Set<string>();
      for (const candidate of candidates) {
        const parameters = match(candidate.segments, segments);
        if (parameters === undefined) continue;
        if (candidate.route.method === asked) return { route: candidate.route, parameters };
        methods.add(candidate.route.method);
        if (candidate.route.method === 'GET') methods.add('HEAD');
      }
      return methods.size === 0 ? undefined : [...methods].sort();
    },
  };
}

/** Fixed segments before parameters, from the left. */
function byRank(a: Candidate, b: Candidate): number {
  for (const [index, segment] of a.segments.entries()) {
    const difference = Number(isParameter(segment)) - Number(isParameter(b.segments[index] ?? ''));
    if (difference !== 0) return difference;
  }
  return 0;
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const parameters: Record<string, string> = Object.create(null);
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (isParameter(part)) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return parameters;
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

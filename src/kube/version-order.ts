const versionPattern = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const stabilityRanks = { alpha: 0, beta: 1 } as const;

/** Kubernetes' order of the versions of a group: GA before beta before alpha, each newest first, anything else behind, by name. */
export function compareVersions(a: string, b: string): number {
  const left = rank(a);
  const right = rank(b);
  if (left === undefined || right === undefined) {
    if (left !== undefined) return -1;
    if (right !== undefined) return 1;
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return right.stability - left.stability || right.major - left.major || right.minor - left.minor;
}

function rank(version: string): { stability: number; major: number; minor: number } | undefined {
  const match = versionPattern.exec(version);
  if (match === null) return undefined;
  const word = match[2];
  const stability = word === 'alpha' || word === 'beta' ? stabilityRanks[word] : 2;
  return { stability, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

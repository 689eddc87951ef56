/** Precedence of two semantic versions, as semver.org orders them: below 0, 0 or above 0. Build metadata does not count. */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = split(a);
  const [coreB, preB] = split(b);
  for (let index = 0; index < 3; index++) {
    const difference = Number(coreA[index] ?? 0) - Number(coreB[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length;
  for (let index = 0; index < Math.max(preA.length, preB.length); index++) {
    const difference = compareIdentifiers(preA[index], preB[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function split(version: string): [string[], string[]] {
  const withoutBuild = version.split('+', 1)[0] ?? '';
  const dash = withoutBuild.indexOf('-');
  if (dash < 0) return [withoutBuild.split('.'), []];
  return [withoutBuild.slice(0, dash).split('.'), withoutBuild.slice(dash + 1).split('.')];
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const numericA = /^\d+$/.test(a);
  const numericB = /^\d+$/.test(b);
  if (numericA && numericB) return Number(a) - Number(b);
  if (numericA !== numericB) return numericA ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

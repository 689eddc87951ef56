/** Which parts of an object are wanted: a tree of member names, which goes through lists without saying so. */
export interface FieldPlan {
  /** 'parts' wants the members below, 'whole' everything, 'shape' only the number or the names of the members. */
  readonly wanted: 'parts' | 'whole' | 'shape';
  readonly members: ReadonlyMap<string, FieldPlan>;
}

interface GrowingPlan {
  wanted: FieldPlan['wanted'];
  readonly members: Map<string, GrowingPlan>;
}

/** From paths in the form of Printer.fields; the path `*` wants everything. */
export function compileFieldPlan(paths: readonly string[]): FieldPlan {
  const root: GrowingPlan = { wanted: 'parts', members: new Map() };
  for (const path of paths) {
    if (path === '*') root.wanted = 'whole';
    else addPath(root, path);
  }
  return root;
}

function addPath(root: GrowingPlan, path: string): void {
  const isShape = path.endsWith('#');
  let plan = root;
  for (const name of (isShape ? path.slice(0, -1) : path).split('.')) {
    // Below a shape nothing else could be read, so that parts of it make it whole.
    if (plan.wanted === 'shape') plan.wanted = 'whole';
    let next = plan.members.get(name);
    if (next === undefined) {
      next = { wanted: 'parts', members: new Map() };
      plan.members.set(name, next);
    }
    plan = next;
  }
  if (!isShape) plan.wanted = 'whole';
  else if (plan.wanted === 'parts') plan.wanted = plan.members.size === 0 ? 'shape' : 'whole';
}

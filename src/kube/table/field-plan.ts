/** Which parts of an object are wanted: a tree of member names, which goes through lists without saying so. */
export interface FieldPlan {
  /** 'parts' wants the members below, 'whole' everything, 'shape' only the number or the names of the members. */
  readonly wanted: 'parts' | 'whole' | 'shape';
  readonly members: readonly PlannedMember[];
}

export interface PlannedMember {
  readonly name: string;
  /** The name as UTF-8, as it stands between the quotes when nothing in it is escaped. */
  readonly bytes: Uint8Array;
  readonly plan: FieldPlan;
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
  return frozen(root);
}

function addPath(root: GrowingPlan, path: string): void {
  const isShape = path.endsWith('#');
  let plan = root;
  for (const name of (isShape ? path.slice(0, -1) : path).split('.')) {
    let next = plan.members.get(name);
    if (next === undefined) {
      next = { wanted: 'parts', members: new Map() };
      plan.members.set(name, next);
    }
    plan = next;
  }
  if (!isShape) plan.wanted = 'whole';
  else if (plan.wanted === 'parts') plan.wanted = 'shape';
}

function frozen({ wanted, members }: GrowingPlan): FieldPlan {
  const encoder = new TextEncoder();
  return {
    // Below a shape nothing else can be read, so that parts of it make it whole.
    wanted: wanted === 'shape' && members.size > 0 ? 'whole' : wanted,
    members: [...members].map(([name, plan]) => ({ name, bytes: encoder.encode(name), plan: frozen(plan) })),
  };
}

const verbs: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** What Kubernetes calls a request with this method about one object. */
export function requestVerb(method: string): string {
  return verbs[method] ?? method.toLowerCase();
}

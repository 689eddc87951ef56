/** Little is drawn from, so that much of it meets: names in both cases and with quotes, values of every sort. */
export const nameParts = ['web', 'WEB', 'api', 'db', "a'b", 'x.y'] as const;
export const namespaces = ['n1', 'n1', 'n2', 'kube-system'] as const;
export const labelValues = ['web', 'api', 'Web', '', 'a_b'] as const;
export const instants = [
  undefined,
  '2024-01-01T00:00:00Z',
  '2024-06-01T12:00:00Z',
  '2024-06-01T12:00:01Z',
  '2025-02-28T23:59:59Z',
] as const;
export const fieldValues = [
  'text',
  'Text',
  '',
  'it\'s "quoted" \\ 100%',
  'ünïcode 🦉',
  0,
  1,
  5,
  -2.5,
  1e21,
  '5',
  '500m',
  '2Gi',
  '2024-06-01T12:00:00Z',
  true,
  false,
  null,
] as const;
export const words = ['web', 'api', 'back', '"back off"', 'te*', '-text', 'web OR db', 'kube-system', '5'] as const;
/** What no JSON.stringify writes. */
export const oddSpec = '{"field":9223372036854775807,"deep":{"field":1.50},"text":"\\u0077eb \\/"}';

import { compareText } from './format-labels.js';
import type { Fields } from './printer.js';
import { listAt, textAt } from './read-fields.js';

/** The addresses that a load balancer gave to a Service or an Ingress. */
export function loadBalancerAddresses(object: Fields): readonly string[] {
  const addresses = listAt(object, 'status', 'loadBalancer', 'ingress').map(
    (ingress) => textAt(ingress, 'ip') || textAt(ingress, 'hostname'),
  );
  return [...new Set(addresses)].filter((address) => address !== '').sort(compareText);
}

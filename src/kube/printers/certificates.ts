import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { formatLabels } from './format-labels.js';
import { humanDuration } from './human-duration.js';
import type { Fields, Printer } from './printer.js';
import { conditionAt, fieldAt, listAt, optionalNumberAt, textAt } from './read-fields.js';

export const certificateSigningRequestPrinter: Printer = {
  columns: [
    nameColumn,
    ageColumn,
    column(
      'SignerName',
      'Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it\'s a kubelet client certificate, it is assigned\n    "kubernetes.io/kube-apiserver-client-kubelet".\n 2. If it\'s a kubelet serving certificate, it is assigned\n    "kubernetes.io/kubelet-serving".\n 3. Otherwise, it is assigned "kubernetes.io/legacy-unknown".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.',
    ),
    column('Requestor', 'Base64-encoded PKCS#10 CSR data'),
    column(
      'RequestedDuration',
      'expirationSeconds is the requested duration of validity of the issued certificate. The certificate signer may issue a certificate with a different validity duration so a client must check the delta between the notBefore and and notAfter fields in the issued certificate to determine the actual duration.\n\nThe v1.22+ in-tree implementations of the well-known Kubernetes signers will honor this field as long as the requested duration is not greater than the maximum duration they will honor per the --cluster-signing-duration CLI flag to the Kubernetes controller manager.\n\nCertificate signers may not honor this field for various reasons:\n\n  1. Old signer that is unaware of the field (such as the in-tree\n     implementations prior to v1.22)\n  2. Signer whose configured maximum is shorter than the requested duration\n  3. Signer whose configured minimum is longer than the requested duration\n\nThe minimum valid value for expirationSeconds is 600, i.e. 10 minutes.',
    ),
    column('Condition', 'Conditions applied to the request, such as approval or denial.'),
  ],
  fields: [
    'spec.expirationSeconds',
    'spec.signerName',
    'spec.username',
    'status.certificate',
    'status.conditions.type',
  ],
  cells(request) {
    const seconds = optionalNumberAt(request, 'spec', 'expirationSeconds');
    return [
      nameOf(request),
      age(request),
      textAt(request, 'spec', 'signerName') || '<none>',
      textAt(request, 'spec', 'username'),
      seconds === undefined ? '<none>' : humanDuration(seconds * 1000),
      condition(request),
    ];
  },
};

function condition(request: Fields): string {
  const has = (type: string) => conditionAt(request, type) !== undefined;
  const words = [has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'];
  if (has('Failed')) words.push('Failed');
  if (textAt(request, 'status', 'certificate') !== '') words.push('Issued');
  return words.join(',');
}

export const clusterTrustBundlePrinter: Printer = {
  columns: [
    nameColumn,
    column(
      'SignerName',
      "signerName indicates the associated signer, if any.\n\nIn order to create or update a ClusterTrustBundle that sets signerName, you must have the following cluster-scoped permission: group=certificates.k8s.io resource=signers resourceName=<the signer name> verb=attest.\n\nIf signerName is not empty, then the ClusterTrustBundle object must be named with the signer name as a prefix (translating slashes to colons). For example, for the signer name `example.com/foo`, valid ClusterTrustBundle object names include `example.com:foo:abc` and `example.com:foo:v1`.\n\nIf signerName is empty, then the ClusterTrustBundle object's name must not have such a prefix.\n\nList/watch requests for ClusterTrustBundles can filter on this field using a `spec.signerName=NAME` field selector.",
    ),
  ],
  fields: ['spec.signerName'],
  cells: (bundle) => [nameOf(bundle), textAt(bundle, 'spec', 'signerName') || '<none>'],
};

export const podCertificateRequestPrinter: Printer = {
  columns: [
    nameColumn,
    column('PodName', 'podName is the name of the pod into which the certificate will be mounted.'),
    column('ServiceAccountName', 'serviceAccountName is the name of the service account the pod is running as.'),
    column('NodeName', 'nodeName is the name of the node the pod is assigned to.'),
    column(
      'SignerName',
      'signerName indicates the requested signer.\n\nAll signer names beginning with `kubernetes.io` are reserved for use by the Kubernetes project.  There is currently one well-known signer documented by the Kubernetes project, `kubernetes.io/kube-apiserver-client-pod`, which will issue client certificates understood by kube-apiserver.  It is currently unimplemented.',
    ),
    column('State', 'Is the request Pending, Issued, Denied, or Failed?'),
    column(
      'UnverifiedUserAnnotations',
      'unverifiedUserAnnotations allow pod authors to pass additional information to the signer implementation.  Kubernetes does not restrict or validate this metadata in any way.\n\nEntries are subject to the same validation as object metadata annotations, with the addition that all keys must be domain-prefixed. No restrictions are placed on values, except an overall size limitation on the entire field.\n\nSigners should document the keys and values they support.  Signers should deny requests that contain keys they do not recognize.',
    ),
  ],
  fields: [
    'spec.nodeName',
    'spec.podName',
    'spec.serviceAccountName',
    'spec.signerName',
    'spec.unverifiedUserAnnotations',
    'status.conditions.type',
  ],
  cells: (request) => [
    nameOf(request),
    textAt(request, 'spec', 'podName'),
    textAt(request, 'spec', 'serviceAccountName'),
    textAt(request, 'spec', 'nodeName'),
    textAt(request, 'spec', 'signerName'),
    podCertificateState(request),
    formatLabels(fieldAt(request, 'spec', 'unverifiedUserAnnotations')),
  ],
};

const podCertificateStates = ['Issued', 'Denied', 'Failed'];

function podCertificateState(request: Fields): string {
  const types = listAt(request, 'status', 'conditions').map((condition) => textAt(condition, 'type'));
  return types.findLast((type) => podCertificateStates.includes(type)) ?? 'Pending';
}

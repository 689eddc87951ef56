import { createStatus, type Status } from '../../kube/status.js';
import { ApiError } from '../api-error.js';
import type { Attributes } from './attributes.js';
import type { User } from './user.js';

/** 403 in the words of a kube-apiserver; `reason` stands behind them. */
export function forbidden(user: User, attributes: Attributes, reason = ''): ApiError {
  return new ApiError(forbiddenStatus(user, attributes, reason));
}

function forbiddenStatus({ name: user }: User, attributes: Attributes, reason: string): Status {
  const why = reason === '' ? '' : `: ${reason}`;
  const { verb } = attributes;
  const code = { code: 403, reason: 'Forbidden' };
  if ('path' in attributes) {
    const words = escapeMarkup(`User ${JSON.stringify(user)} cannot ${verb} path ${JSON.stringify(attributes.path)}`);
    return createStatus({ ...code, message: `forbidden: ${words}${why}`, details: {} });
  }
  const { group, resource, subresource, namespace, name } = attributes;
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const where = namespace ? `in the namespace ${JSON.stringify(namespace)}` : 'at the cluster scope';
  const words = escapeMarkup(
    `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`,
  );
  const type = group === '' ? resource : `${resource}.${group}`;
  const subject = name === undefined ? type : `${type} ${JSON.stringify(name)}`;
  const message = `${subject} is forbidden: ${words}${why}`;
  return createStatus({ ...code, message, details: { ...(name && { name }), group, kind: resource } });
}

/** What a browser could take for more than text. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

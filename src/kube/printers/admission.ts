import { age, nameOf } from './age.js';
import { ageColumn, column, nameColumn } from './column.js';
import { selectorStructText } from './format-labels.js';
import type { Fields, Printer } from './printer.js';
import { countAt, fieldAt, textAt } from './read-fields.js';

export const mutatingWebhookConfigurationPrinter: Printer = {
  columns: [
    nameColumn,
    column('Webhooks', 'Webhooks indicates the number of webhooks registered in this configuration', {
      type: 'integer',
    }),
    ageColumn,
  ],
  fields: ['webhooks#'],
  cells: webhookCells,
};

export const validatingWebhookConfigurationPrinter: Printer = {
  columns: [
    nameColumn,
    column('Webhooks', 'Webhooks indicates the number of webhooks registered in this configuration', {
      type: 'integer',
    }),
    ageColumn,
  ],
  fields: ['webhooks#'],
  cells: webhookCells,
};

export const mutatingAdmissionPolicyPrinter: Printer = {
  columns: [
    nameColumn,
    column('Mutations', 'Mutation indicates the number of mutations rules defined in this configuration', {
      type: 'integer',
    }),
    column('ParamKind', 'ParamKind specifies the kind of resources used to parameterize this policy'),
    ageColumn,
  ],
  fields: ['spec.mutations#', 'spec.paramKind'],
  cells: (policy) => [nameOf(policy), countAt(policy, 'spec', 'mutations'), paramKind(policy), age(policy)],
};

export const validatingAdmissionPolicyPrinter: Printer = {
  columns: [
    nameColumn,
    column('Validations', 'Validations indicates the number of validation rules defined in this configuration', {
      type: 'integer',
    }),
    column('ParamKind', 'ParamKind specifies the kind of resources used to parameterize this policy'),
    ageColumn,
  ],
  fields: ['spec.paramKind', 'spec.validations#'],
  cells: (policy) => [nameOf(policy), countAt(policy, 'spec', 'validations'), paramKind(policy), age(policy)],
};

export const mutatingAdmissionPolicyBindingPrinter: Printer = {
  columns: [
    nameColumn,
    column('PolicyName', 'PolicyName indicates the policy definition which the policy binding binded to'),
    column('ParamRef', 'ParamRef indicates the param resource which sets the configuration param'),
    ageColumn,
  ],
  fields: ['spec.paramRef', 'spec.policyName'],
  cells: bindingCells,
};

export const validatingAdmissionPolicyBindingPrinter: Printer = {
  columns: [
    nameColumn,
    column('PolicyName', 'PolicyName indicates the policy definition which the policy binding binded to'),
    column('ParamRef', 'ParamRef indicates the param resource which sets the configuration param'),
    ageColumn,
  ],
  fields: ['spec.paramRef', 'spec.policyName'],
  cells: bindingCells,
};

function webhookCells(configuration: Fields) {
  return [nameOf(configuration), countAt(configuration, 'webhooks'), age(configuration)];
}

function bindingCells(binding: Fields) {
  return [nameOf(binding), textAt(binding, 'spec', 'policyName'), paramRef(binding), age(binding)];
}

function paramKind(policy: Fields): string {
  const found = fieldAt(policy, 'spec', 'paramKind');
  return found === undefined ? '<unset>' : `${textAt(found, 'apiVersion')}/${textAt(found, 'kind')}`;
}

function paramRef(binding: Fields): string {
  const found = fieldAt(binding, 'spec', 'paramRef');
  const name = textAt(found, 'name');
  if (name !== '') return `${textAt(found, 'namespace') || '*'}/${name}`;
  const selector = fieldAt(found, 'selector');
  return selector === undefined ? '<unset>' : selectorStructText(selector);
}

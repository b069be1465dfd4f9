import type { Guideline, Rubric } from '../core/domain/rubric.js';
import { PairloopError } from '../core/errors.js';
import { compileReactCodeConfig, readReactCodeBundle } from '../label-configs/compile-react-code.js';
import { compileLabelConfig, type LabelConfig } from '../label-configs/compile.js';

const HOSTS = ['community', 'react-code'] as const;
/** What shows the comparison view: the gateway, or the ReactCode tag of Label Studio Enterprise. */
export type LabelConfigHost = (typeof HOSTS)[number];

/** The option of the commands that make a label config. */
export const HOST_ARGUMENT = {
  type: 'string',
  default: 'community',
  valueHint: HOSTS.join('|'),
  description: 'What shows the view: the gateway, or the ReactCode tag of Label Studio Enterprise (docs/enterprise-react-code.md).',
} as const;

/** Throws a PairloopError (usage) for anything but a host's name. */
export function parseHost(text: string): LabelConfigHost {
  const host = HOSTS.find((one) => one === text);
  if (host === undefined) throw new PairloopError(`--host is ${JSON.stringify(text)}; choose one of: ${HOSTS.join(', ')}.`, 'usage');
  return host;
}

/** The label config of a rubric for a host. Throws a PairloopError when the view for it is not built. */
export function compileForHost(host: LabelConfigHost, rubric: Rubric, guideline: Guideline): LabelConfig {
  return host === 'community' ? compileLabelConfig(rubric) : compileReactCodeConfig(rubric, guideline, readReactCodeBundle());
}

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { REACT_CODE_NAME, type ReactCodeConfig } from '../core/label-studio/react-code.js';
import type { Guideline, Rubric } from '../core/domain/rubric.js';
import { VERDICTS } from '../core/domain/verdict.js';
import { PairloopError } from '../core/errors.js';
import { packagePath } from '../core/package-root.js';
import type { LabelConfig } from './compile.js';
import { protectCode } from './protect-code.js';

/** libxml2, with which Label Studio's server reads label configs, takes no longer section (found with 1.23.2's lxml). */
export const CODE_BYTES_MAX = 10_000_000;

/** The comparison view as it was built for the ReactCode tag. Throws a PairloopError when it was not. */
export function readReactCodeBundle(): string {
  const path = packagePath('dist', 'react-code', 'react-code.js');
  if (!existsSync(path)) throw new PairloopError('The view for the ReactCode tag is not built; run `npm run build` in the checkout first.');
  return readFileSync(path, 'utf8');
}

/** What Label Studio is told that a judgement looks like, for its own tables and agreement. Once it is complete. */
const OUTPUTS = JSON.stringify({ verdict: { type: 'string', enum: [...VERDICTS] }, rationale: { type: 'string' } });

/**
 * Compiles a rubric into a label config for Label Studio Enterprise: one `ReactCode` tag that is control and
 * object at once, with the comparison view (`bundle`: the text of dist/react-code/react-code.js, an expression that
 * needs the variable `React`) and all that a gateway would tell it. Deterministic. Laid out as in the tag's
 * documentation, see frontend-plugin/hosts/react-code/contract.ts.
 *
 * The hash is the SHA-256 of the XML as it is before the hash itself is written into it, as `label_config_hash`.
 *
 * @throws Error when the bundle is no such expression, or too long.
 */
export function compileReactCodeConfig(rubric: Rubric, guideline: Guideline, bundle: string): LabelConfig {
  const { version, sha256, markdown } = guideline;
  const config = { salt: saltOf(rubric, guideline), rubric, guideline: { version, sha256, markdown }, label_config_hash: '' };
  const hash = sha256Of(writeXml(config, bundle));
  return { xml: writeXml({ ...config, label_config_hash: hash }, bundle), hash };
}

function writeXml(config: ReactCodeConfig, bundle: string): string {
  const code = protectCode(writeFunction(config, bundle));
  if (Buffer.byteLength(code) > CODE_BYTES_MAX) throw new Error(`The code is longer than ${CODE_BYTES_MAX} bytes, which Label Studio cannot read.`);
  checkSyntax(code);
  const outputs = OUTPUTS.replaceAll('"', '&quot;');
  return [
    '<View>',
    '  <Style>.lsf-main-view__annotation { padding: 0 !important; }</Style>',
    `  <ReactCode name="${REACT_CODE_NAME}" toName="${REACT_CODE_NAME}" style="height: calc(100vh - 110px); min-height: 560px" outputs="${outputs}">`,
    '    <![CDATA[',
    code,
    '    ]]>',
    '  </ReactCode>',
    '</View>',
  ].join('\n');
}

/** Parses the code and does not run it: throws a SyntaxError where the escapes have broken what they should keep. */
function checkSyntax(code: string): Script {
  return new Script(`(${code}\n)`);
}

/**
 * The function that the tag evaluates, maybe anew for each drawing: what is costly, and what must not be
 * there twice (listeners, the style sheet), is made once for a page and a React, and kept on the window.
 */
function writeFunction(config: ReactCodeConfig, bundle: string): string {
  const key = JSON.stringify(`pairloop-comparison-${config.label_config_hash}`);
  return [
    'function PairloopComparison(props) {',
    '  const { React } = props;',
    `  let kept = window[${key}];`,
    '  if (kept === undefined || kept.React !== React) {',
    bundle.trim(),
    `    kept = window[${key}] = { React, Comparison: makeComparison(${JSON.stringify(config)}) };`,
    '  }',
    '  return React.createElement(kept.Comparison, props);',
    '}',
  ].join('\n');
}

/** Not secret: whoever may open the project can read it. It keeps the order of one rubric's project apart from another's. */
function saltOf(rubric: Rubric, guideline: Guideline): string {
  return sha256Of(`react-code\0${rubric.name}\0${guideline.name}`);
}

function sha256Of(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { reactCodeConfigSchema } from '../core/label-studio/react-code.js';
import { readControls } from '../core/label-studio/label-controls.js';
import { CODE_BYTES_MAX, compileReactCodeConfig } from './compile-react-code.js';
import { listRubrics, loadRubricWithGuideline } from './rubric-file.js';

/** A bundle that draws nothing and keeps what it was made with. */
const BUNDLE = 'var makeComparison = (function(e) { return (config) => (made.push(config), "Comparison"); })(React);\n';
const { rubric, guideline } = loadRubricWithGuideline('support');
const config = compileReactCodeConfig(rubric, guideline, BUNDLE);

const codeOf = (xml: string): string => /<!\[CDATA\[([\s\S]*?)\]\]>/.exec(xml)![1]!;
const functionOf = (xml: string, made: unknown[]): ((props: object) => unknown) => runInNewContext(`(${codeOf(xml)}\n)`, { window: {}, made }) as (props: object) => unknown;

describe('the label config of the ReactCode tag', () => {
  test.each(listRubrics())('of the rubric %s is one tag that is its own object, the same each time', (name) => {
    const loaded = loadRubricWithGuideline(name);
    const { xml, hash } = compileReactCodeConfig(loaded.rubric, loaded.guideline, BUNDLE);
    expect(compileReactCodeConfig(loaded.rubric, loaded.guideline, BUNDLE)).toEqual({ xml, hash });
    expect(xml.trim()).toBe(xml);
    expect(readControls(xml)).toEqual([{ name: 'comparison', type: 'ReactCode', toName: ['comparison'], choices: [] }]);
    expect(xml.match(/name="/gi)).toHaveLength(2);
    expect(xml.split(']]>')).toHaveLength(2);
  });

  test('its function makes the view once for a page and a React, from rubric, guideline, salt and hash', () => {
    const made: unknown[] = [];
    const draw = functionOf(config.xml, made);
    const React = { createElement: (component: unknown, props: object) => [component, props] };
    const props = { React, data: { pair: 'p' } };
    expect([draw(props), draw(props)]).toEqual([['Comparison', props], ['Comparison', props]]);
    expect(made).toHaveLength(1);
    const { version, sha256, markdown } = guideline;
    const given = reactCodeConfigSchema.parse(made[0]);
    expect(given).toEqual({ salt: expect.stringMatching(/^[0-9a-f]{64}$/), rubric, guideline: { version, sha256, markdown }, label_config_hash: config.hash });
    draw({ ...props, React: { ...React } });
    expect(made).toHaveLength(2);
  });

  test('another rubric, guideline or view has another hash', () => {
    const hashes = [
      config.hash,
      compileReactCodeConfig({ ...rubric, title: 'Other' }, guideline, BUNDLE).hash,
      compileReactCodeConfig(rubric, { ...guideline, markdown: 'other', sha256: 'x' }, BUNDLE).hash,
      compileReactCodeConfig(rubric, guideline, `${BUNDLE} `.replace('Comparison', 'Other')).hash,
    ];
    expect(new Set(hashes).size).toBe(4);
  });

  test('a guideline with anything in it arrives as it is', () => {
    const markdown = 'a ]]> b &lt; &amp; <View name="x" toName="y"/> \\ ` ${1} \u001b \ud83d\ude42 <![CDATA[ x ]]>';
    const made: unknown[] = [];
    const { xml } = compileReactCodeConfig(rubric, { ...guideline, markdown }, BUNDLE);
    functionOf(xml, made)({ React: { createElement: () => null } });
    expect(made).toMatchObject([{ guideline: { markdown } }]);
    expect(xml.split(']]>')).toHaveLength(2);
    expect(xml.match(/name="/gi)).toHaveLength(2);
  });

  test('a bundle that is too long for Label Studio, or no JavaScript, is refused', () => {
    expect(() => compileReactCodeConfig(rubric, guideline, `${BUNDLE}// ${'x'.repeat(CODE_BYTES_MAX)}`)).toThrow(/longer than/);
    expect(() => compileReactCodeConfig(rubric, guideline, 'var makeComparison = (')).toThrow(SyntaxError);
  });
});

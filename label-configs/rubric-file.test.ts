import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packagePath } from '../core/package-root.js';
import { compileLabelConfig } from './compile.js';
import { loadGuideline, parseGuideline } from './guideline-file.js';
import { listRubrics, loadRubric, parseRubric } from './rubric-file.js';

describe('the rubrics that ship', () => {
  it('are listed', () => {
    expect(listRubrics()).toEqual(['assistant', 'code', 'factuality', 'general', 'hhh', 'multi-turn', 'quality', 'safety', 'support']);
  });

  it.each(listRubrics())('%s is valid, weighs 1 in all, describes its levels and has its guideline', (name) => {
    const rubric = loadRubric(name);
    expect(rubric.name).toBe(name);
    expect(rubric.dimensions.reduce((sum, dimension) => sum + dimension.weight, 0)).toBeCloseTo(1, 12);
    for (const dimension of rubric.dimensions) expect(Object.keys(dimension.levels)).toEqual(['1', '2', '3', '4', '5']);
    expect(loadGuideline(rubric.guideline).markdown).toMatch(/^# /);
  });

  it.each(listRubrics())('%s compiles to a label config with both ratings of each dimension', (name) => {
    const rubric = loadRubric(name);
    const { xml } = compileLabelConfig(rubric);
    const ratings = [...xml.matchAll(/<Rating name="(\w+)"/g)].map((match) => match[1]);
    expect(ratings).toEqual(rubric.dimensions.flatMap((dimension) => [`${dimension.name}_a`, `${dimension.name}_b`]));
  });

  it.each(listRubrics())('the guideline of %s explains the verdicts, the shuffled sides and claims that age, gives examples and lets everybody skip what distresses', (name) => {
    const { markdown } = loadGuideline(loadRubric(name).guideline);
    const parts = [/\*\*Both bad/, /\*\*Skip\*\*/, /shuffled|by lot/, /Claims that age|Staleness/, /always\s+skip|always be skipped|may skip any pair/];
    for (const part of parts) expect(markdown).toMatch(part);
    expect(markdown.match(/^\*\*[^*]+\*\*/gm)!.length).toBeGreaterThanOrEqual(5);
    expect(markdown.split(/\s+/).length).toBeGreaterThan(400);
  });

  it.each(['support', 'quality'])('weigh %s as accuracy .5, tone .3, policy .2', (name) => {
    const weights = loadRubric(name).dimensions.map((dimension) => [dimension.name, dimension.weight]);
    expect(weights).toEqual([['accuracy', 0.5], ['tone', 0.3], ['policy', 0.2]]);
  });
});

describe('a rubric file that is wrong', () => {
  const head = 'name: x\ntitle: X\nguideline: x\n';
  it.each([
    ['a missing weight', `${head}dimensions:\n  - name: tone\n    title: Tone\n`, /^x\.yaml, line 5: dimensions\.0\.weight: /],
    ['a weight that is text', `${head}dimensions:\n  - name: tone\n    title: Tone\n    weight: half\n`, /line 7: dimensions\.0\.weight: /],
    ['weights that do not add up', `${head}dimensions:\n  - { name: tone, title: Tone, weight: 0.4 }\n`, /line 5: dimensions: .*add up to 1/],
    ['a level out of range', `${head}dimensions:\n  - { name: t, title: T, weight: 1, levels: { 6: no } }\n`, /line 5: dimensions\.0\.levels\.6: /],
    ['a misspelt field', `${head}rationale_requird_on: [tie]\n`, /line \d+: .*rationale_requird_on/],
    ['the same dimension twice', `${head}dimensions:\n  - { name: t, title: T, weight: 0.5 }\n  - { name: t, title: U, weight: 0.5 }\n`, /line 5: dimensions: two dimensions have the same name/],
    ['no YAML', 'name: [x\n', /^x\.yaml, line \d: not readable as YAML/],
    ['an empty file', '', /^x\.yaml, line 1: the file: /],
  ])('%s is named with its line and field', (_case, yaml, message) => {
    expect(() => parseRubric(yaml, 'x.yaml')).toThrow(message);
  });

  it.each(['nothing', '../../package', ''])('no rubric %j: the error says which there are', (name) => {
    expect(() => loadRubric(name)).toThrow(/There is no rubric ".*"; choose one of: assistant, code, .*support\./);
  });
});

describe('a guideline', () => {
  it.each(['assistant', 'code', 'support'])('%s has a version, the hash of its bytes and no front matter', (name) => {
    const guideline = loadGuideline(name);
    const bytes = readFileSync(packagePath('label-configs', 'guidelines', `${name}.md`));
    expect(guideline.version).toMatch(/^\d+\.\d+$/);
    expect(guideline.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
    expect(guideline.markdown).not.toContain('version:');
  });

  it.each([
    ['# Title\n', /x\.md, line 1: begin the file with/],
    ['---\nversion: 1.0\n---\n# Title\n', /x\.md: version: must be text/],
    ['---\ntitle: x\n---\n# Title\n', /x\.md: version: /],
    ['---\nversion: [\n---\n# Title\n', /not readable as YAML/],
  ])('%j is refused with the reason', (text, message) => {
    expect(() => parseGuideline(new TextEncoder().encode(text), 'x')).toThrow(message);
  });

  it('that does not exist is refused with a list', () => {
    expect(() => loadGuideline('nothing')).toThrow(/choose one of: assistant, code, .*support\./);
  });
});

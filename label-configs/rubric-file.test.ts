import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { packagePath } from '../core/package-root.js';
import { compileLabelConfig } from './compile.js';
import { loadGuideline, parseGuideline } from './guideline-file.js';
import { listRubrics, loadRubric, loadRubricWithGuideline, parseRubric } from './rubric-file.js';

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

  it.each(listRubrics())('the guideline of %s explains the flags, the red line, the staleness and the strength that the rubric asks for', (name) => {
    const { rubric, guideline } = loadRubricWithGuideline(name);
    const text = guideline.markdown.replace(/\s+/g, ' ');
    for (const { title } of rubric.flags) expect(text).toContain(`**${title}**`);
    expect(text).toMatch(/is a \*red line\*.*It is a veto|A red line is a veto/);
    expect(text).toMatch(/source(?: \([^)]*\))? and its date/);
    expect(text.includes('**Much or slightly better?**')).toBe(rubric.strength);
  });

  it.each(listRubrics())('the flags of %s stand on small chips: at most three at once, of few words', (name) => {
    const rubric = loadRubric(name);
    expect(rubric.flags.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['red_line', 'stale']));
    for (const code of [true, false]) expect(rubric.flags.filter(({ when }) => when?.code === undefined || when.code === code).length).toBeLessThanOrEqual(3);
    for (const { title, question } of rubric.flags) {
      expect(title.split(' ').length).toBeLessThanOrEqual(4);
      expect(title.length).toBeLessThanOrEqual(16);
      expect(question).toMatch(/\?$/);
    }
  });

  it.each(listRubrics())('the levels of %s fit beside their buttons', (name) => {
    const texts = loadRubric(name).dimensions.flatMap(({ levels }) => Object.values(levels).map(({ text }) => text));
    expect(texts.filter((text) => text.length > 53)).toEqual([]);
  });

  it.each(['code', 'factuality', 'quality', 'safety', 'support'])('each dimension of %s shows an answer that deserves a level, and one that only seems to', (name) => {
    for (const { levels } of loadRubric(name).dimensions) {
      const given = Object.values(levels);
      expect(given.filter(({ example }) => example !== undefined).length).toBeGreaterThanOrEqual(3);
      expect(given.some(({ counter_example: counter }) => counter !== undefined)).toBe(true);
    }
  });

  it.each(['support', 'quality'])('weigh %s as accuracy .5, tone .3, policy .2', (name) => {
    const weights = loadRubric(name).dimensions.map((dimension) => [dimension.name, dimension.weight]);
    expect(weights).toEqual([['accuracy', 0.5], ['tone', 0.3], ['policy', 0.2]]);
  });
});

describe('a rubric file that is wrong', () => {
  const head = 'name: x\ntitle: X\nguideline: x\n';
  it.each([
    ['a missing weight', `${head}dimensions:\n  - name: tone\n    title: Tone\n`, /^x\.yaml, line 5: dimensions\.0\.weight: is missing; write a number$/],
    ['a weight that is text', `${head}dimensions:\n  - name: tone\n    title: Tone\n    weight: half\n`, /line 7: dimensions\.0\.weight: /],
    ['weights that do not add up', `${head}dimensions:\n  - { name: tone, title: Tone, weight: 0.4 }\n`, /line 4: dimensions: .*add up to 1/],
    ['a level out of range', `${head}dimensions:\n  - { name: t, title: T, weight: 1, levels: { 6: no } }\n`, /line 5: dimensions\.0\.levels\.6: /],
    ['a misspelt field', `${head}dimensions: []\nquestoin: Which?\n`, /line 5: the file: there is no field "questoin"; there are: name, title, about, guideline, question, /],
    ['a misspelt field deep down', `${head}dimensions:\n  - name: t\n    title: T\n    weight: 1\n    levels:\n      5:\n        text: right\n        exmple: '42'\n`, /line 11: dimensions\.0\.levels\.5: /],
    ['a misspelt condition', `${head}flags:\n  - { name: f, title: F, when: { codes: true } }\n`, /line 5: flags\.0\.when: there is no field "codes"; there are: domain, difficulty, safety, code, /],
    ['a rule for a flag that is not there', `${head}require:\n  rationale:\n    - on: [both_bad]\n    - flagged: [unsave]\n`, /line 7: require\.rationale\.1\.flagged: there is no flag "unsave"/],
    ['both bad without a reason', `${head}require:\n  rationale: [{ on: [tie] }]\n`, /line 5: require\.rationale: both_bad always needs a rationale; add the rule/],
    ['an alias without its anchor', `${head}question: *which\n`, /^x\.yaml(, line 4)?: not readable as YAML/],
    ['the same dimension twice', `${head}dimensions:\n  - { name: t, title: T, weight: 0.5 }\n  - { name: t, title: U, weight: 0.5 }\n`, /line 4: dimensions: two dimensions have the same name/],
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
    ['# Title\n', /^x\.md, line 1: begin the file with/],
    ['---\ntitle: x\nversion: 1.0\n---\n# Title\n', /^x\.md, line 3: version: must be text; put it in quotes$/],
    ['---\ntitle: x\n---\n# Title\n', /^x\.md, line 2: version: is missing; write version: '1\.0'$/],
    ['---\nversion: [\n---\n# Title\n', /^x\.md, line [23]: not readable as YAML/],
  ])('%j is refused with the reason', (text, message) => {
    expect(() => parseGuideline(new TextEncoder().encode(text), 'x.md')).toThrow(message);
  });

  it('that does not exist is refused with a list', () => {
    expect(() => loadGuideline('nothing')).toThrow(/choose one of: assistant, code, .*support\./);
  });
});

describe("a team's own files", () => {
  const folder = mkdtempSync(join(tmpdir(), 'pairloop-rubric-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const rubric = (guideline: string, name = 'ours') => `name: ${name}\ntitle: Ours\nguideline: ${guideline}\n`;
  const GUIDELINE = "---\nversion: '7'\n---\n# Ours\n";

  it('are found by path, the guideline relative to the rubric, with the hash of its bytes', () => {
    write('guide.md', GUIDELINE);
    const path = write('ours.yml', rubric('./guide.md'));
    const sha256 = createHash('sha256').update(GUIDELINE).digest('hex');
    for (const given of [path, relative('.', path)]) {
      const { rubric: own, guideline } = loadRubricWithGuideline(given);
      expect(own).toMatchObject({ name: 'ours', title: 'Ours' });
      expect(guideline).toEqual({ name: 'guide', version: '7', sha256, markdown: '# Ours' });
    }
  });

  it('may name a guideline that ships, and a rubric that ships may be named by its path', () => {
    expect(loadRubricWithGuideline(write('shipped-guideline.yaml', rubric('support'))).guideline).toEqual(loadGuideline('support'));
    expect(loadRubric(packagePath('label-configs', 'rubrics', 'support.yaml'))).toEqual(loadRubric('support'));
  });

  it.each([
    ['a file that is not there', () => join(folder, 'none.yaml'), /There is no file .*none\.yaml; the rubrics that ship/],
    ['a folder', () => (mkdirSync(join(folder, 'f.yaml')), join(folder, 'f.yaml')), /f\.yaml cannot be read: EISDIR/],
    ['a name that is taken', () => write('taken.yaml', rubric('support', 'code')), /taken\.yaml: name: a rubric that ships with Pairloop is called "code"/],
    ['a guideline that is not there', () => write('lost.yaml', rubric('lost.md')), /There is no guideline .*lost\.md, which .*lost\.yaml names; a path is relative/],
    ['a guideline by an unknown name', () => write('unknown.yaml', rubric('lost')), /There is no guideline "lost"; choose one of: assistant, .*ends in \.md/],
    ['a broken file', () => write('broken.yaml', `${rubric('support')}dimensions: yes\n`), /broken\.yaml, line 4: dimensions: .*expected array/],
    ['a guideline without a version', () => (write('bare.md', '# Ours\n'), write('bare.yaml', rubric('bare.md'))), /bare\.md, line 1: begin the file/],
  ])('%s is refused, with what to do', (_case, path, message) => {
    const given = path();
    expect(() => loadRubricWithGuideline(given)).toThrow(message);
  });
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rubricSchema } from '../core/domain/rubric.js';
import { compileLabelConfig } from './compile.js';

const rubric = rubricSchema.parse({
  name: 'code',
  title: 'Code',
  guideline: 'code',
  question: 'Which answer is "better" & <safer>?',
  dimensions: [
    { name: 'correctness', title: 'Correctness', weight: 0.6, required: true, levels: { 1: 'wrong', 5: 'right' } },
    { name: 'clarity', title: 'Clarity', weight: 0.4 },
  ],
});

describe('compileLabelConfig', () => {
  test('holds the mount node, the verdict with its values and one rating per dimension and side', () => {
    const { xml } = compileLabelConfig(rubric);
    expect(xml).toContain('<View className="pairloop-mount"></View>');
    expect([...xml.matchAll(/<Choice value="(\w+)"/g)].map((match) => match[1])).toEqual(['a', 'tie', 'both_bad', 'b']);
    expect([...xml.matchAll(/<Rating name="(\w+)"/g)].map((match) => match[1])).toEqual([
      'correctness_a',
      'correctness_b',
      'clarity_a',
      'clarity_b',
    ]);
    expect(xml).not.toContain('alias');
  });

  test('requires natively what Label Studio can require: the verdict, required dimensions, a rationale needed for all verdicts', () => {
    const required = (xml: string) => [...xml.matchAll(/name="(\w+)"[^>]*required="true"/g)].map((match) => match[1]);
    expect(required(compileLabelConfig(rubric).xml)).toEqual(['verdict', 'correctness_a', 'correctness_b']);
    const always = { ...rubric, require: { ...rubric.require, rationale: [{}] } };
    expect(required(compileLabelConfig(always).xml)).toEqual([
      'verdict',
      'rationale',
      'correctness_a',
      'correctness_b',
    ]);
  });

  test('what only some prompts or verdicts require is asked for in words, and not required natively', () => {
    const aware = rubricSchema.parse({
      ...rubric,
      contexts: [{ title: 'Chat', when: { code: false }, weights: { clarity: 1 } }],
      require: { rationale: [{ on: ['both_bad'] }], policy_reference: [{ when: { difficulty: ['difficult'] }, because: 'difficult pairs' }] },
    });
    const { xml } = compileLabelConfig(aware);
    expect(xml).not.toMatch(/name="correctness_a"[^>]*required/);
    expect(xml).toContain('Correctness (required where it applies)');
    expect(xml).toContain('Why (required for: Both bad)');
    expect(xml).toContain('Policy reference (required for: difficult pairs)');
  });

  test('flags, staleness and strength have controls only where the rubric has them', () => {
    const names = (xml: string): string[] => [...xml.matchAll(/<(?:Choices|TextArea) name="(\w+)"/g)].map((match) => match[1]!);
    expect(names(compileLabelConfig(rubric).xml)).toEqual(['verdict', 'rationale', 'critique', 'policy_reference']);
    const flagged = rubricSchema.parse({
      ...rubric,
      strength: true,
      flags: [{ name: 'unsafe', title: 'Unsafe', kind: 'red_line' }, { name: 'stale', title: 'Out of date', kind: 'stale' }],
    });
    const { xml } = compileLabelConfig(flagged);
    expect(names(xml)).toEqual(['verdict', 'strength', 'rationale', 'critique', 'policy_reference', 'a_flags', 'b_flags', 'stale_source', 'stale_date']);
    expect(xml).toContain('<Choice value="unsafe" html="Unsafe (red line: can neither win nor tie)"/>');
  });

  test('levels are folded away, one a line, with their examples; a flag says where it is offered and what it asks', () => {
    const levels = { 1: 'wrong', 5: { title: 'Good', text: 'right', example: '42', counter_example: '"42" < guess' } };
    const detailed = rubricSchema.parse({
      ...rubric,
      dimensions: [{ name: 'correctness', title: 'Correctness', weight: 1, levels }],
      flags: [{ name: 'open', title: 'Exploitable', kind: 'red_line', question: 'Open to attack?', when: { code: true } }],
      require: { rationale: [{ on: ['both_bad'] }, { flagged: ['open'] }] },
    });
    const { xml } = compileLabelConfig(detailed);
    const panel = /<Collapse>\s*<Panel value="What the levels of Correctness mean">([\s\S]*?)<\/Panel>\s*<\/Collapse>/.exec(xml)?.[1] ?? '';
    expect([...panel.matchAll(/<Header value="([^"]*)"/g)].map((match) => match[1])).toEqual([
      '1: wrong', '5: Good. right', 'Example: 42', 'Not this: &quot;42&quot; &lt; guess',
    ]);
    expect(xml).toContain('<Choice value="open" html="Exploitable (red line: can neither win nor tie; only pairs with code)" hint="Open to attack?"/>');
    expect(xml).toContain('Why (required for: Both bad; flag Exploitable)');
    expect(compileLabelConfig({ ...detailed, dimensions: detailed.dimensions.map((dimension) => ({ ...dimension, levels: {} })) }).xml).not.toContain('Collapse');
  });

  test('the hash is the SHA-256 of the XML and changes with the rubric', () => {
    const one = compileLabelConfig(rubric);
    expect(one.hash).toBe(createHash('sha256').update(one.xml).digest('hex'));
    expect(compileLabelConfig(rubric)).toEqual(one);
    expect(compileLabelConfig({ ...rubric, question: 'Which one?' }).hash).not.toBe(one.hash);
  });

  test('free text of a rubric never breaks out of its attribute (seed 7)', () => {
    const plain = compileLabelConfig({ ...rubric, question: 'x' }).xml;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (question) => {
        const { xml } = compileLabelConfig({ ...rubric, question });
        const shape = (text: string) => text.replace(/[^<>"]/g, '');
        expect(shape(xml)).toBe(shape(plain));
        expect(xml).not.toMatch(/&(?!(amp|lt|gt|quot);)/);
      }),
      { seed: 7, numRuns: 60 },
    );
  }, 30_000);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, type Json } from '../../../webhooks/datasets/ledger/canonical-json.js';
import { oracle } from './oracle.js';

function fromBits(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

const parse = (text: string): Json => JSON.parse(text) as Json;

/** RFC 8785, appendix B: IEEE 754 bits and text. */
const RFC_NUMBERS: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];

/** The RFC author's own test data, https://github.com/cyberphone/json-canonicalization/tree/master/testdata. */
const RFC_DATA: readonly (readonly [string, string])[] = [
  ['[ 56, { "d": true, "10": null, "1": [ ] } ]', '[56,{"1":[],"10":null,"d":true}]'],
  ['{"peach": "p", "p\\u00e9ch\\u00e9": "q", "p\\u00eache": "r", "sin": "s"}', '{"peach":"p","p\u00e9ch\u00e9":"q","p\u00eache":"r","sin":"s"}'],
  [
    '{ "1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0}, "10": { }, "": "empty", "a": { }, "111": [ {"e": "yes","E": "no" } ], "A": { } }',
    '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
  ],
  ['{ "Unnormalized Unicode":"A\\u030a" }', '{"Unnormalized Unicode":"A\u030a"}'],
  [
    '{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false] }',
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  ],
  [
    '{ "\\u20ac": "Euro", "\\r": "Return", "\\u000a": "Newline", "1": "One", "\\u0080": "Control\\u007f", "\\ud83d\\ude02": "Smiley", "\\u00f6": "o", "\\ufb33": "Dalet", "</script>": "Browser" }',
    '{"\\n":"Newline","\\r":"Return","1":"One","</script>":"Browser","\u0080":"Control\u007f","\u00f6":"o","\u20ac":"Euro","\ud83d\ude02":"Smiley","\ufb33":"Dalet"}',
  ],
];

describe('canonical JSON', () => {
  test("gives RFC 8785's own numbers and data", () => {
    for (const [bits, text] of RFC_NUMBERS) expect(canonicalJson(fromBits(bits)), bits).toBe(text);
    for (const [json, text] of RFC_DATA) expect(canonicalJson(parse(json))).toBe(text);
  });

  test('gives what another implementation gives', () => {
    for (const { bits, text } of oracle.numbers) expect(canonicalJson(fromBits(bits)), bits).toBe(text);
    for (const { json, canonical } of oracle.values) expect(canonicalJson(parse(json)), json).toBe(canonical);
  });

  test('refuses what JSON cannot say', () => {
    for (const value of [Number.NaN, Infinity, -Infinity]) expect(() => canonicalJson([value])).toThrow(RangeError);
    for (const text of ['\ud83d', '\ude02\ud83d', 'a\udfff']) {
      expect(() => canonicalJson(text)).toThrow(RangeError);
      expect(() => canonicalJson({ [text]: 1 })).toThrow(RangeError);
    }
  });

  test('says the same value in one way only, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (object) => {
        const value = parse(JSON.stringify(object));
        const text = canonicalJson(value);
        expect(parse(text)).toEqual(value);
        expect(canonicalJson(parse(text))).toBe(text);
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(parse(JSON.stringify(turned)))).toBe(text);
      }),
    );
  });
});

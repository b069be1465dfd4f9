import { FeatureCounts } from '../feature-counts.js';
import { beginHash, continueHash, finishHash } from '../feature-hash.js';
import { SparseProjection } from '../sparse-projection.js';
import { codeBlocks, type CodeBlock } from './code-blocks.js';
import { Grammars, grammarsVersion } from './grammars.js';
import { NODES_MAX, faultShare, type SyntaxNode } from './syntax-tree.js';

/** Changes whenever a vector of `SyntaxSource` would, for the same grammars. */
const VERSION = 'syntax-1';
/** A response counts up to here, in UTF-16 units. */
const CODE_MAX = 20_000;
/** At most this share of faulty nodes is still a program; prose parsed as code has far more. */
const FAULTS_MAX = 0.1;
/** Fewer nodes than this tell nothing. */
const NODES_MIN = 4;
const FEATURES_PER_NODE = 4;

// First items of what is hashed for a feature.
const NODE_KIND = 10;
const EDGE_KIND = 11;
const PATH_KIND = 12;
const NEIGHBOURS_KIND = 13;
const TYPE_KIND = 14;

/**
 * A response's code as a vector of its syntax: what it is made of and how that is nested, whatever the names in it. Features are, over
 * all nodes of the trees of its code blocks, the node's type (with the field it fills), with its parent's, with its
 * parent's and grandparent's, and with that of the sibling before it; each weighs √ of its count and goes through `SparseProjection`.
 */
export class SyntaxSource {
  private readonly features = new FeatureCounts(NODES_MAX * FEATURES_PER_NODE);
  private readonly projection: SparseProjection;
  private readonly types = new Map<string, number>();

  private constructor(
    private readonly grammars: Grammars,
    dimension: number,
  ) {
    this.projection = new SparseProjection(dimension);
  }

  /** Names how the syntax of code is embedded here; undefined where the grammars are not installed. */
  static version(): string | undefined {
    const installed = grammarsVersion();
    return installed === undefined ? undefined : `${VERSION} ${installed}`;
  }

  /** Vectors of that many numbers; undefined where the grammars are not installed. */
  static async open(dimension: number): Promise<SyntaxSource | undefined> {
    const grammars = await Grammars.open();
    return grammars === undefined ? undefined : new SyntaxSource(grammars, dimension);
  }

  /** Of length 1; undefined when no code in the response can be parsed. */
  async embed(response: string): Promise<Float32Array | undefined> {
    this.features.begin(NODES_MAX * FEATURES_PER_NODE);
    let left = NODES_MAX;
    for (const block of codeBlocks(response.slice(0, CODE_MAX))) {
      const nodes = (await this.treeOf(block))?.slice(0, left) ?? [];
      this.addTree(nodes);
      left -= nodes.length;
    }
    return left === NODES_MAX ? undefined : this.projection.project(this.features);
  }

  /** The tree with the fewest faults of those that the block may be; undefined if it is no program in any of them. */
  private async treeOf({ code, language }: CodeBlock): Promise<SyntaxNode[] | undefined> {
    const trees = await this.grammars.parse(code, language);
    const best = trees.map((nodes) => ({ nodes, faults: faultShare(nodes) })).sort((one, other) => one.faults - other.faults)[0];
    return best === undefined || best.faults > FAULTS_MAX || best.nodes.length < NODES_MIN ? undefined : best.nodes;
  }

  private addTree(nodes: readonly SyntaxNode[]): void {
    const types = nodes.map(({ type }) => this.hashOf(type));
    for (const [at, { parent, before }] of nodes.entries()) {
      const type = types[at]!;
      this.features.add(hash(NODE_KIND, type), 1);
      if (before >= 0) this.features.add(hash(NEIGHBOURS_KIND, types[before]!, type), 1);
      if (parent < 0) continue;
      this.features.add(hash(EDGE_KIND, types[parent]!, type), 1);
      const above = nodes[parent]!.parent;
      if (above >= 0) this.features.add(hash(PATH_KIND, types[above]!, types[parent]!, type), 1);
    }
  }

  private hashOf(type: string): number {
    const known = this.types.get(type) ?? hash(TYPE_KIND, ...Array.from(type, (character) => character.codePointAt(0)!));
    this.types.set(type, known);
    return known;
  }
}

function hash(kind: number, ...items: readonly number[]): number {
  return finishHash(items.reduce(continueHash, beginHash(kind)));
}

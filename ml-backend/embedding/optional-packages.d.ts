/** What Pairloop uses of packages that may be absent: two that only those install who embed with a local model, and the grammars. */
declare module 'onnxruntime-node' {
  export class Tensor {
    constructor(type: 'int64', data: BigInt64Array, dims: readonly number[]);
    readonly data: unknown;
    readonly dims: readonly number[];
  }
  export interface InferenceSession {
    readonly inputNames: readonly string[];
    readonly outputNames: readonly string[];
    run(feeds: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  }
  export const InferenceSession: { create(path: string): Promise<InferenceSession> };
}

declare module '@huggingface/tokenizers' {
  export class Tokenizer {
    constructor(tokenizer: object, config: object);
    encode(text: string): { readonly ids: number[] };
  }
}

declare module '@vscode/tree-sitter-wasm' {
  interface Language {
    readonly name: string | null;
  }
  interface TreeCursor {
    readonly nodeType: string;
    readonly nodeIsMissing: boolean;
    readonly currentFieldName: string | null;
    gotoFirstChild(): boolean;
    gotoNextSibling(): boolean;
    gotoParent(): boolean;
    delete(): void;
  }
  interface Tree {
    walk(): TreeCursor;
    delete(): void;
  }
  interface Parser {
    setLanguage(language: Language): void;
    parse(code: string): Tree | null;
  }
  const treeSitter: {
    readonly Parser: { new (): Parser; init(): Promise<void> };
    readonly Language: { load(path: string): Promise<Language> };
  };
  export type { Language, Parser, TreeCursor };
  export default treeSitter;
}

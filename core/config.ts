import { resolve } from 'node:path';
import { z } from 'zod';
import { PairloopError } from './errors.js';

const port = z.coerce.number().int().min(1).max(65_530);
const atLeastOne = z.coerce.number().int().min(1);
const url = z.url({ protocol: /^https?$/, error: 'must be a URL that starts with http:// or https://' });

const environmentSchema = z.object({
  PAIRLOOP_DATA: z.string().min(1).default('.pairloop'),
  PAIRLOOP_HOST: z.string().min(1).default('127.0.0.1'),
  PAIRLOOP_PORT: port.default(8085),
  PAIRLOOP_PUBLIC_URL: url.optional(),
  PAIRLOOP_ML_BACKEND_URL: url.optional(),
  PAIRLOOP_WEBHOOKS_URL: url.optional(),
  PAIRLOOP_LABEL_STUDIO_ENV: z.string().min(1).optional(),
  PAIRLOOP_JUDGE_API_KEY: z.string().min(1).optional(),
  PAIRLOOP_EMBEDDING_FOLDER: z.string().min(1).optional(),
  PAIRLOOP_EMBEDDING_URL: url.optional(),
  PAIRLOOP_EMBEDDING_MODEL: z.string().min(1).optional(),
  PAIRLOOP_EMBEDDING_API_KEY: z.string().min(1).optional(),
  PAIRLOOP_EMBEDDING_CHARACTERS: atLeastOne.default(6_000),
  PAIRLOOP_EMBEDDING_REQUESTS_PER_MINUTE: atLeastOne.default(600),
  PAIRLOOP_EMBEDDING_TOKENS: atLeastOne.default(50_000_000),
  PAIRLOOP_API_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  PAIRLOOP_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  LABEL_STUDIO_URL: url.optional(),
  LABEL_STUDIO_API_KEY: z.string().min(1).optional(),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'must be a URL that starts with postgres:// or postgresql://' })
    .optional(),
});

/** What a program that is not ours needs of our environment to run, and nothing that could change what it does. */
const BASE_NAMES = ['PATH', 'HOME', 'LANG', 'TMPDIR', 'TZ', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'];

/** The environment of a child process: all of ours, or only what any program needs, with `changes` on top. */
export function childEnvironment(inherit: 'all' | 'base', changes: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => inherit === 'all' || BASE_NAMES.includes(name));
  return { ...Object.fromEntries(inherited), ...changes };
}

/** An OpenAI-compatible endpoint for embeddings. */
interface EmbeddingEndpoint {
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** How much of a text counts, in UTF-16 units. */
  readonly charactersMax: number;
  readonly requestsPerMinute: number;
  /** Budget of one round. */
  readonly tokensMax: number;
}

/** Where every part listens and which parts are the team's own. Roles on one machine take the ports after the public one. */
export interface Config {
  /** Absolute folder of Pairloop's own state: embedded database, managed Label Studio, accepted pairs. */
  readonly dataDir: string;
  readonly host: string;
  /** The one public port (the gateway). */
  readonly port: number;
  /** URL under which annotators, and Label Studio's webhooks, reach the gateway. */
  readonly publicUrl: string;
  readonly mlBackendPort: number;
  readonly webhooksPort: number;
  readonly labelStudioPort: number;
  readonly databasePort: number;
  /** Only for the worker's health answer. */
  readonly workerPort: number;
  /** URL at which the gateway finds the role. */
  readonly mlBackendUrl: string;
  readonly webhooksUrl: string;
  /** Folder of the managed Label Studio's Python environment; may be shared between data folders. */
  readonly labelStudioEnvDir: string;
  readonly logLevel: string;
  /** Key of the endpoint that `pairloop judge run` asks. */
  readonly judgeApiKey: string | undefined;
  /** The endpoint that embeds pairs which bring no vectors. Undefined: `embeddingFolder` or the built-in featuriser does. */
  readonly embedding: EmbeddingEndpoint | undefined;
  /** Absolute folder of the sentence model on this machine that embeds them instead. */
  readonly embeddingFolder: string | undefined;
  /** Token of the HTTP API; undefined: the shared secret `api`. */
  readonly apiToken: string | undefined;
  /** Undefined: Pairloop runs a managed Label Studio. */
  readonly labelStudio: { readonly url: string; readonly apiKey: string } | undefined;
  /** Undefined: Pairloop runs an embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
}

/**
 * Reads the settings from environment variables. This is the only place that does.
 *
 * @throws PairloopError (usage) naming each variable that is wrong, its value and what it should be.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name}=${JSON.stringify(environment[name])}: ${issue.message}`;
    });
    throw new PairloopError(`Wrong setting in the environment: ${faults.join('; ')}.`, 'usage');
  }
  const env = parsed.data;
  if ((env.LABEL_STUDIO_URL === undefined) !== (env.LABEL_STUDIO_API_KEY === undefined)) {
    const missing = env.LABEL_STUDIO_URL === undefined ? 'LABEL_STUDIO_URL' : 'LABEL_STUDIO_API_KEY';
    throw new PairloopError(
      `${missing} is missing: to use your own Label Studio set both LABEL_STUDIO_URL and LABEL_STUDIO_API_KEY; to use the managed one set neither.`,
      'usage',
    );
  }
  const dataDir = resolve(env.PAIRLOOP_DATA);
  const local = (offset: number): string => `http://127.0.0.1:${env.PAIRLOOP_PORT + offset}`;
  return {
    dataDir,
    host: env.PAIRLOOP_HOST,
    port: env.PAIRLOOP_PORT,
    publicUrl: (env.PAIRLOOP_PUBLIC_URL ?? local(0)).replace(/\/+$/, ''),
    mlBackendPort: env.PAIRLOOP_PORT + 1,
    webhooksPort: env.PAIRLOOP_PORT + 2,
    labelStudioPort: env.PAIRLOOP_PORT + 3,
    databasePort: env.PAIRLOOP_PORT + 4,
    workerPort: env.PAIRLOOP_PORT + 5,
    mlBackendUrl: env.PAIRLOOP_ML_BACKEND_URL ?? local(1),
    webhooksUrl: env.PAIRLOOP_WEBHOOKS_URL ?? local(2),
    labelStudioEnvDir: resolve(env.PAIRLOOP_LABEL_STUDIO_ENV ?? `${dataDir}/label-studio-env`),
    logLevel: env.PAIRLOOP_LOG_LEVEL,
    judgeApiKey: env.PAIRLOOP_JUDGE_API_KEY,
    embedding: readEmbedding(env),
    embeddingFolder: env.PAIRLOOP_EMBEDDING_FOLDER === undefined ? undefined : resolve(env.PAIRLOOP_EMBEDDING_FOLDER),
    apiToken: env.PAIRLOOP_API_TOKEN,
    labelStudio:
      env.LABEL_STUDIO_URL !== undefined && env.LABEL_STUDIO_API_KEY !== undefined
        ? { url: env.LABEL_STUDIO_URL.replace(/\/+$/, ''), apiKey: env.LABEL_STUDIO_API_KEY }
        : undefined,
    databaseUrl: env.DATABASE_URL,
  };
}

function readEmbedding(env: z.infer<typeof environmentSchema>): EmbeddingEndpoint | undefined {
  const { PAIRLOOP_EMBEDDING_URL: url, PAIRLOOP_EMBEDDING_MODEL: model } = env;
  if (url === undefined && model === undefined) return undefined;
  if (env.PAIRLOOP_EMBEDDING_FOLDER !== undefined) {
    throw new PairloopError('Both PAIRLOOP_EMBEDDING_FOLDER and an embedding endpoint are set; pairs are embedded by one of them, so leave the other out.', 'usage');
  }
  if (url === undefined || model === undefined) {
    const missing = url === undefined ? 'PAIRLOOP_EMBEDDING_URL' : 'PAIRLOOP_EMBEDDING_MODEL';
    throw new PairloopError(`${missing} is missing: to embed pairs through an endpoint set both PAIRLOOP_EMBEDDING_URL and PAIRLOOP_EMBEDDING_MODEL; to use the built-in featuriser set neither.`, 'usage');
  }
  return {
    url,
    model,
    apiKey: env.PAIRLOOP_EMBEDDING_API_KEY,
    charactersMax: env.PAIRLOOP_EMBEDDING_CHARACTERS,
    requestsPerMinute: env.PAIRLOOP_EMBEDDING_REQUESTS_PER_MINUTE,
    tokensMax: env.PAIRLOOP_EMBEDDING_TOKENS,
  };
}

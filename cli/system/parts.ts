import type { Config } from '../../core/config.js';
import type { Db } from '../../core/database/connect.js';
import type { Secrets } from '../../core/database/secrets.js';
import type { LabelStudioAccess } from '../../core/label-studio/client.js';
import type { AdminAccount } from '../../core/running/label-studio-server.js';
import type { Account } from '../../core/running/running-file.js';

/** The running parts, as the demo project finds them. */
export interface SystemParts {
  readonly config: Config;
  readonly db: Db;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly labelStudio: LabelStudioAccess;
  /** The managed Label Studio's administrator; undefined where the team runs its own. */
  readonly admin: AdminAccount | undefined;
  /** Takes what is being done, in a few words. */
  readonly report: (text: string) => void;
  /** Takes a line that stays on the screen. */
  readonly say: (line: string) => void;
}

/** What the demo project adds to the running file and to the screen. */
export interface Demo {
  readonly accounts: readonly Account[];
  readonly labelStudioProjectId: number | null;
}

/** Makes the demo project, or finds the one made at an earlier start. Called when every part answers. */
export type PrepareDemo = (parts: SystemParts) => Promise<Demo>;

import pg from 'pg';
import type { Db } from '../../core/database/connect.js';
import type { Queue } from '../../core/queue.js';
import { storeDeliveries, type Arrival } from './delivery.js';

interface Waiting extends Arrival {
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** SQLSTATE classes of faults that lie in what is stored: data exceptions, broken constraints, limits of a value. */
const FAULTS_OF_CONTENT = /^(22|23|54)/;

/** Enough that what a commit costs is spread thin; a group that has to be stored one by one is not long under way. */
const GROUP_MAX = 128;

/**
 * Stores deliveries that come at the same time in one transaction, because what a commit costs does not grow with
 * what it holds. The first is stored at once; what comes while it is being committed waits and is the next group.
 * How many wait is bounded by whoever holds their bodies (`BodyBudget`).
 */
export class DeliveryGroups {
  private readonly waiting: Waiting[] = [];
  private storing = false;

  constructor(private readonly parts: { readonly db: Db; readonly queue: Pick<Queue, 'sendAll'> }) {}

  /** Resolves when the delivery is committed; rejects with the reason why it is not. */
  store(arrival: Arrival): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ ...arrival, done, failed });
      if (!this.storing) void this.storeWaiting();
    });
  }

  private async storeWaiting(): Promise<void> {
    this.storing = true;
    while (this.waiting.length > 0) {
      await this.storeGroup(this.waiting.splice(0, GROUP_MAX));
    }
    this.storing = false;
  }

  /** One delivery that the database cannot hold must not cost the others of its group: then each is stored alone. */
  private async storeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await storeDeliveries(this.parts.db, this.parts.queue, group);
      for (const { done } of group) done();
    } catch (error) {
      if (group.length > 1 && isFaultOfContent(error)) {
        for (const one of group) await this.storeGroup([one]);
      } else {
        for (const { failed } of group) failed(error);
      }
    }
  }
}

function isFaultOfContent(error: unknown): boolean {
  return error instanceof pg.DatabaseError && FAULTS_OF_CONTENT.test(error.code ?? '');
}

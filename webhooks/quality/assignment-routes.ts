import express, { Router } from 'express';
import { z } from 'zod';
import type { Db } from '../../core/database/connect.js';
import { isSameSecret } from '../../core/same-secret.js';
import { assignTask, type Assignment } from './assignment.js';

const requestSchema = z.object({
  label_studio_user_id: z.number().int().positive(),
  label_studio_project_id: z.number().int().positive(),
});

export interface AssignmentRoutesDeps {
  readonly db: Db;
  /** Shared secret by which the gateway is known. */
  readonly internalSecret: string;
  readonly now: () => Date;
}

/**
 * `POST /internal/assignments` for the gateway: which task an annotator gets next. 403 without the
 * internal secret in `x-pairloop-internal`, 400 for a body that is not understood.
 */
export function assignmentRoutes(deps: AssignmentRoutesDeps): Router {
  const router = Router();
  router.post('/internal/assignments', express.json({ limit: '10kb' }), async (req, res) => {
    if (!isSameSecret(req.header('x-pairloop-internal') ?? '', deps.internalSecret)) {
      res.status(403).json({ detail: 'The header x-pairloop-internal is missing or wrong.' });
      return;
    }
    const parsed = requestSchema.safeParse(req.body);
    if (!parsed.success) {
      res.status(400).json({ detail: 'Send {"label_studio_user_id": number, "label_studio_project_id": number} as JSON.' });
      return;
    }
    const { label_studio_user_id: labelStudioUserId, label_studio_project_id: labelStudioProjectId } = parsed.data;
    res.json(toWire(await assignTask(deps.db, { labelStudioUserId, labelStudioProjectId }, deps.now())));
  });
  return router;
}

function toWire(assignment: Assignment): object {
  return assignment.outcome === 'task' ? { outcome: 'task', task_id: assignment.taskId } : assignment;
}

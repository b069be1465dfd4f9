import express, { Router, type ErrorRequestHandler } from 'express';
import { messageOf } from '../../core/errors.js';
import type { Logger } from '../../core/logging.js';
import { isSameSecret } from '../../core/same-secret.js';
import { limitBodies } from '../protocol/body-limit.js';
import { API_ROUTES } from './api-routes.js';
import { ApiRefusal, type ApiDeps } from './route.js';

/** A thousand pairs of 8,000 characters each. */
const BODY_BYTES_MAX = 8 * 1024 * 1024;

export interface ApiParts extends ApiDeps {
  /** Whoever shows it may do everything here. */
  readonly token: string;
}

/**
 * The HTTP API for ML engineers, as `openApiDocument` has it. Every request needs `Authorization: Bearer TOKEN`; what is
 * refused is answered with `{"error", "faults": [{"field", "value", "fix"}]}`.
 */
export function apiRouter({ token, ...deps }: ApiParts, log: Logger): Router {
  const router = Router({ caseSensitive: true });
  router.use((request, _response, next) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(request.header('authorization') ?? '') ?? [];
    if (given === undefined) throw new ApiRefusal(401, 'The header Authorization is missing; send "Bearer" and the token that pairloop api token prints.');
    if (!isSameSecret(given, token)) throw new ApiRefusal(401, 'The token is wrong; pairloop api token prints the right one.');
    next();
  });
  const readJson = [limitBodies((error) => ({ error, faults: [] })), express.json({ limit: BODY_BYTES_MAX, type: () => true })];
  for (const { method, path, body, success, answer } of API_ROUTES) {
    router[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), ...(body === undefined ? [] : readJson), async (request, response) => {
      response.status(success.status).json(await answer(deps, { params: { ...request.params }, query: { ...request.query }, body: request.body }));
    });
  }
  router.use((request) => {
    throw new ApiRefusal(404, `The API has no ${request.method} ${request.path}; GET openapi.json says what it has.`);
  });
  router.use(refuse(log));
  return router;
}

/** Errors of reading the body carry a status; anything else is the database's or ours. Neither shows its inside. */
function refuse(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const refusal = error instanceof ApiRefusal ? error : refusalOf(error);
    if (refusal.status === 503) log.error({ method: request.method, path: request.path, failure: messageOf(error) }, 'a request of the API failed');
    // A body that nobody reads would keep the connection from being used again.
    request.resume();
    response.status(refusal.status).json({ error: refusal.message, faults: refusal.faults });
  };
}

function refusalOf(error: unknown): ApiRefusal {
  const status = typeof error === 'object' && error !== null && 'status' in error && typeof error.status === 'number' ? error.status : 503;
  if (status === 413) return new ApiRefusal(413, `The body is larger than ${BODY_BYTES_MAX} bytes; send several requests.`);
  if (status < 500) return new ApiRefusal(400, 'The body is not JSON in UTF-8.', [{ field: 'body', fix: 'must be JSON in UTF-8' }]);
  return new ApiRefusal(503, 'The ML backend cannot answer now; its log says why.');
}

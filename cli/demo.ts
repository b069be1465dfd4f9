import type { Demo, SystemParts } from './system/parts.js';

/** The demo project: its accounts. */
export function prepareDemo({ admin, labelStudio }: SystemParts): Promise<Demo> {
  void labelStudio;
  return Promise.resolve({
    accounts: admin === undefined ? [] : [{ role: 'admin', email: admin.email, password: admin.password, token: admin.token, labelStudioUserId: 1 }],
    labelStudioProjectId: null,
  });
}

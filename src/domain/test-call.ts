/** Begins the id of each call that `npm run ping` sends. Such a call lands in the reporting table only, never in a CRM. */
export const testCallPrefix = 'jet-receiver-ping-';

export function isTestCall(callId: string): boolean {
  return callId.startsWith(testCallPrefix);
}

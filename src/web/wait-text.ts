/** How long a person must wait, in words: "1 second", "5 minutes". */
export function waitText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds >= 120) return `${Math.ceil(seconds / 60)} minutes`;
  return seconds === 1 ? '1 second' : `${seconds} seconds`;
}

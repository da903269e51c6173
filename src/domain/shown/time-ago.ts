/** A past time as people say it: `just now`, `40 s ago`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function timeAgo(epochMs: number, nowMs: number): string {
  const seconds = Math.round(Math.max(0, nowMs - epochMs) / 1000);
  if (seconds < 2) return 'just now';
  if (seconds < 120) return `${seconds} s ago`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

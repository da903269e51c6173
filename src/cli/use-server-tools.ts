import { dialectOfUrl } from '../database/database-url.ts';
import { dialects } from '../database/dialect.ts';

/** What to say about a store on a server, which its own tools back up and restore. */
export function useServerTools(url: string, work: 'backUp' | 'restore'): Error {
  const name = dialectOfUrl(url);
  const tools = name === undefined ? undefined : dialects[name].backupTools;
  if (tools === undefined) return new Error('The store is no file.');
  return new Error(
    work === 'backUp'
      ? `The store is on ${tools.name}: back it up with ${tools.backUp}, and keep SECRET_KEY (or the file data/secret-key) and your settings with the copy.`
      : `The store is on ${tools.name}: stop every receiver, restore it with ${tools.restore}, and start with the SECRET_KEY (or the file data/secret-key) that was kept with the copy.`,
  );
}

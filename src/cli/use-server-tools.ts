import { dialectOfUrl } from '../database/database-url.ts';
import { dialects } from '../database/dialect.ts';

/** The error for a store on a database server: the server's own tools must back it up and restore it. */
export function useServerTools(url: string, work: 'backUp' | 'restore'): Error {
  const name = dialectOfUrl(url);
  const tools = name === undefined ? undefined : dialects[name].backupTools;
  if (tools === undefined)
    return new Error('The store is not in a file. Back it up and restore it with the tools of its database.');
  return new Error(
    work === 'backUp'
      ? `The store is on ${tools.name}: back it up with ${tools.backUp}, and keep SECRET_KEY (or the file data/secret-key) and your settings with the copy.`
      : `The store is on ${tools.name}: stop every receiver, restore it with ${tools.restore}, and start with the SECRET_KEY (or the file data/secret-key) that you kept with the copy.`,
  );
}

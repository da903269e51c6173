import type { Knex } from 'knex';

/** The part of knex through which every statement and transaction gets its connection. */
interface Client {
  acquireConnection(): Promise<object>;
  releaseConnection(connection: object): Promise<void>;
}

/** Ends a turn. */
export type EndTurn = () => void;

/**
 * Waits until nothing uses the only connection of a database, and holds it: nothing is written through it until the turn
 * ends.
 */
export async function holdConnection({ client }: Knex): Promise<EndTurn> {
  const pool = client as Client;
  const connection = await pool.acquireConnection();
  return () => void pool.releaseConnection(connection);
}

/**
 * Makes each statement and transaction on the only connection of a database wait for a turn. Without turns, a writer soon
 * tries only ten times a second to get the lock of SQLite. Beside steady commits it then waits for seconds.
 */
export function writeInTurns({ client }: Knex, askTurn: () => Promise<EndTurn>): void {
  const pool = client as Client;
  const acquire = pool.acquireConnection.bind(pool);
  const release = pool.releaseConnection.bind(pool);
  let endTurn: EndTurn = () => undefined;
  pool.acquireConnection = async () => {
    const connection = await acquire();
    try {
      endTurn = await askTurn();
    } catch (error) {
      await release(connection);
      throw error;
    }
    return connection;
  };
  pool.releaseConnection = (connection) => {
    endTurn();
    return release(connection);
  };
}

/** Epoch milliseconds, UTC. Handed in, so that tests can fix or move it. */
export type Clock = () => number;

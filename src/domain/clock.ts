/** Gives the current time in epoch milliseconds, UTC. It is a parameter, so that tests can set the time. */
export type Clock = () => number;

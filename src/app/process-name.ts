import { hostname } from 'node:os';
import { cutText } from '../domain/cut-text.ts';

/** Names this process for people: its host and its process id. At most 64 characters. */
export function processName(): string {
  return `${cutText(hostname(), 50)} ${process.pid}`;
}

import { type Call, type Clock } from '#contract';
import { ownerOf, type OwnerTable } from '#crm';
import type { HubspotClient } from '../client.ts';

/** Whose call it is. */
export interface OwnerChoice {
  /** HubSpot's id of the owner; undefined: nobody's. */
  readonly id: string | undefined;
  /** For the trace. */
  readonly why: string;
  /** An extension or answering point that the table lacks. */
  readonly unmapped: string | undefined;
}

export interface Owners {
  /** Reads who the owners are, once an hour, when there is a table that names them. */
  refresh(signal: AbortSignal): Promise<void>;
  choose(call: Call, contactOwnerId: string | undefined): OwnerChoice;
  /** HubSpot does not take this owner (it was archived): he is not named again until the next refresh. */
  refuse(id: string): void;
}

const validForMs = 3_600_000;

/** @param table `HUBSPOT_OWNERS` */
export function createOwners(client: HubspotClient, table: OwnerTable, clock: Clock): Owners {
  let readAtMs: number | undefined;
  let idByName: ReadonlyMap<string, string> = new Map();
  const refused = new Set<string>();
  const contactsOwner = (id: string | undefined, why: string): Omit<OwnerChoice, 'unmapped'> => {
    if (id === undefined) return { id, why: `${why}; the contact has no owner` };
    return refused.has(id)
      ? { id: undefined, why: `${why}; HubSpot does not take the contact's owner` }
      : { id, why: `${why}; the contact's owner` };
  };
  return {
    async refresh(signal) {
      const nowMs = clock();
      if (readAtMs !== undefined && Math.abs(nowMs - readAtMs) < validForMs) return;
      refused.clear();
      if (table.size > 0) {
        const active = (await client.listOwners(false, signal)).filter(({ archived }) => !archived);
        idByName = new Map(
          active.flatMap(({ id, email }) => [
            [id, id],
            [(email ?? '').toLowerCase(), id],
          ]),
        );
      }
      readAtMs = nowMs;
    },
    choose(call, contactOwnerId) {
      const lookup = table.size === 0 ? undefined : ownerOf(call, table);
      if (lookup === undefined)
        return { ...contactsOwner(contactOwnerId, 'no extension to go by'), unmapped: undefined };
      if (lookup.owner === undefined)
        return {
          ...contactsOwner(contactOwnerId, `${lookup.place} is not in HUBSPOT_OWNERS`),
          unmapped: lookup.place,
        };
      const id = idByName.get(lookup.owner.toLowerCase());
      if (id === undefined || refused.has(id))
        return {
          ...contactsOwner(contactOwnerId, `the owner for ${lookup.place} is not active in HubSpot`),
          unmapped: undefined,
        };
      return { id, why: `${lookup.place} in HUBSPOT_OWNERS`, unmapped: undefined };
    },
    refuse: (id) => void refused.add(id),
  };
}

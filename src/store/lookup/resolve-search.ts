import { cutText } from '../../domain/cut-text.ts';
import type { PhoneReader } from '../../domain/phone-number.ts';
import { searchedNumber } from '../../domain/lookup/searched-number.ts';
import type { Store } from '../store.ts';
import { findServices } from './recent-services.ts';

/** The meaning of a searched text. */
export type ResolvedSearch =
  | { readonly kind: 'call'; readonly callId: string }
  | { readonly kind: 'number'; readonly e164: string | undefined; readonly counterparts: readonly string[] }
  | { readonly kind: 'service'; readonly services: readonly string[] };

const callIdLength = 191;

/** Finds out what a searched text means: the id of a call, a number as people write it, or a part of a service's name. */
export async function resolveSearch(
  store: Store,
  text: string,
  readPhone: PhoneReader,
): Promise<ResolvedSearch> {
  const wanted = text.trim();
  const id = cutText(wanted, callIdLength);
  const call = await store.reader.knex('calls').where({ id }).first<{ id: string } | undefined>('id');
  if (call !== undefined) return { kind: 'call', callId: call.id };
  const number = searchedNumber(wanted, readPhone);
  if (number !== undefined) return { kind: 'number', ...number };
  const services = await findServices(store, wanted);
  return { kind: 'service', services: services.length === 0 ? [wanted] : services };
}

import type { CallFields } from '../domain/jet-fields.ts';
import { accountNumber, businessDomain } from './traffic/business.ts';
import type { Random } from './traffic/random.ts';

const visits = [
  { channel: 'PAID', source: 'google', medium: 'cpc', referrer: 'www.google.com', weight: 5 },
  { channel: 'ORGANIC', source: 'google', medium: 'organic', referrer: 'www.google.com.au', weight: 3 },
  { channel: 'ORGANIC', source: 'bing', medium: 'organic', referrer: 'www.bing.com', weight: 1 },
  {
    channel: 'REFERRAL',
    source: 'trades.example',
    medium: 'referral',
    referrer: 'trades.example',
    weight: 1,
  },
];
const campaigns = ['Emergency Plumber - Sydney', 'Brand', 'Hot water 2-for-1', 'Spring|Gas & Heating'];
const searches = ['emergency plumber near me', 'blocked drain sydney', 'hot water repair', 'plumber "24/7"'];
const pages = ['/', '/emergency', '/hot-water', '/blocked-drains'];

/** All 19 fields of the web visit before a call. The advertising fields are empty without an advertisement. */
export function drawWebSession(random: Random): CallFields {
  const visit = random.weighted(visits.map((option) => [option, option.weight] as const));
  const paid = visit.channel === 'PAID';
  const search = random.pick(searches);
  const campaign = paid ? random.pick(campaigns) : '';
  const gclid = paid ? `EAIaIQobChMI${token(random, 44)}_BwE` : '';
  const page = random.pick(pages);
  const query = new URLSearchParams(paid ? { utm_campaign: campaign, utm_medium: 'cpc', gclid } : {});
  const sessionId = token(random, 24);
  return {
    session_id: sessionId,
    page_view_id: token(random, 24),
    tracking_site_code: `WT${accountNumber}${random.pick(['', 'A', 'B'])}`,
    user_id: token(random, 20),
    attributes: JSON.stringify({ device: random.pick(['mobile', 'desktop']), visits: random.integer(1, 9) }),
    origin_session_id: random.chance(0.7) ? sessionId : token(random, 24),
    landing_page_keywords: paid ? search : '',
    google_analytics_client_id: `${random.integer(1e8, 2e9)}.${random.integer(15e8, 17e8)}`,
    referrer_url: `https://${visit.referrer}/search?q=${encodeURIComponent(search)}`,
    landing_page_url: `https://${businessDomain}${page}${paid ? `?${query.toString()}` : ''}`,
    channel: visit.channel,
    source: visit.source,
    medium: visit.medium,
    internal_referrer: random.pick(['false', 'false', 'true']),
    landing_page_domain: businessDomain,
    referrer_domain: visit.referrer,
    keywords: search,
    campaign,
    gclid,
  };
}

const alphabet = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');

function token(random: Random, length: number): string {
  return Array.from({ length }, () => random.pick(alphabet)).join('');
}

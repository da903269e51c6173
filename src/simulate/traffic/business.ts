import { fictionalServices, writeNumber } from './fictional-numbers.ts';
import type { CallFields } from '../../domain/jet-fields.ts';
import type { Random } from './random.ts';

// The invented business of all simulated calls.

export const accountNumber = '990123';
export const businessDomain = 'www.harbour-plumbing.example';

const services = [
  { name: 'Website', group: 'Marketing', type: 'DIGITAL_ON_PAGE' },
  { name: 'Google Ads: Sydney', group: 'Marketing', type: 'PPC Ad Copy' },
  { name: 'Maps listing', group: 'Marketing', type: 'Google Places' },
  { name: 'Radio "Drive time"', group: 'Marketing', type: 'Radio' },
  { name: 'Main line', group: 'Office', type: 'Customer Service' },
  { name: 'Accounts & billing', group: 'Office', type: 'Accounts & Billing' },
  { name: 'Café Zoë – after hours', group: 'Office', type: 'Other' },
];

export const extensions = [
  { number: '201', name: 'Front desk' },
  { number: '202', name: 'Dana (sales)' },
  { number: '203', name: 'Lee (sales)' },
  { number: '204', name: "Kerry O'Hara" },
  { number: '210', name: 'Service – Nguyễn' },
  { number: '211', name: 'Service 2' },
  { number: '220', name: 'Accounts' },
] as const;

export const queues = ['Sales queue', 'Service queue', 'After hours'] as const;
export const geoLabels = ['NSW', 'VIC', 'QLD', 'Rest of Australia'] as const;

export const menuChoices = [
  { prompts: '1', labels: 'Sales' },
  { prompts: '2', labels: 'Service' },
  { prompts: '2,1', labels: 'Service,Emergency' },
  { prompts: '3', labels: 'Accounts' },
  { prompts: '9', labels: 'INVALID' },
] as const;

/** The fields of the called service number. */
export function drawService(random: Random): CallFields {
  const index = random.integer(0, services.length - 1);
  const service = services[index] as (typeof services)[number];
  const number = fictionalServices[index] as (typeof fictionalServices)[number];
  return {
    account_number: accountNumber,
    phone_number: writeNumber(number, random),
    service_name: service.name,
    service_group: service.group,
    number_type: service.type,
  };
}

/** The fields of the telephone that rings. Jet names it by its number, extension or display name. */
export function drawAnsweringPoint(random: Random): CallFields {
  const extension = random.pick(extensions);
  return {
    dial_widget_name: random.pick(['Ring office', 'Ring sales', 'Overflow']),
    answering_point: random.pick([extension.number, extension.name]),
    extension_number: extension.number,
    extension_name: extension.name,
  };
}

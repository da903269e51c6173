import { Metadata, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';

/** The library's data about a country. Its published types lack these members. */
interface Plan {
  nationalNumberPattern(): string;
  possibleLengths(): number[];
  type(
    name: 'MOBILE' | 'FIXED_LINE',
  ): { pattern(): string; possibleLengths(): number[] | undefined } | undefined;
}

// A shorter number can be an extension or a short code.
const lengthMin = 8;
const planCache = new Map<string, ReadonlySet<string>>();

/**
 * True for a number with the length and the first digit of a mobile or geographic number in its country. The library
 * rejects such a number when its range is new, because countries open ranges before the library lists them.
 * Why: docs/decisions/matching.md
 */
export function isLikeSubscriber({ nationalNumber }: PhoneNumber, country: CountryCode): boolean {
  if (nationalNumber.length < lengthMin) return false;
  let shapes = planCache.get(country);
  if (shapes === undefined) {
    shapes = subscriberShapes(country);
    planCache.set(country, shapes);
  }
  return shapes.has(shapeOf(nationalNumber)) && planOf(country).general.test(nationalNumber);
}

function shapeOf(nationalNumber: string): string {
  return `${nationalNumber.charAt(0)} of ${nationalNumber.length}`;
}

function planOf(country: CountryCode): { plan: Plan; general: RegExp } {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  const plan = metadata.numberingPlan as unknown as Plan;
  return { plan, general: whole(plan.nationalNumberPattern()) };
}

/** Lists the first digits and lengths of all mobile and geographic numbers that the library knows. */
function subscriberShapes(country: CountryCode): ReadonlySet<string> {
  const { plan } = planOf(country);
  const shapes = new Set<string>();
  for (const name of ['MOBILE', 'FIXED_LINE'] as const) {
    const type = plan.type(name);
    const pattern = type === undefined ? '' : type.pattern();
    if (pattern === '') continue;
    const known = whole(pattern);
    for (const length of type?.possibleLengths() ?? plan.possibleLengths()) {
      for (let start = 1_000; start < 10_000; start += 1) {
        const sample = `${start}2345678901`.slice(0, length);
        if (!shapes.has(shapeOf(sample)) && known.test(sample)) shapes.add(shapeOf(sample));
      }
    }
  }
  return shapes;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

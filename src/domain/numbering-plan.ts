import { getCountryCallingCode, Metadata, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';

/** The library's data about a country. Its published types lack these members. */
interface Plan {
  nationalNumberPattern(): string;
  possibleLengths(): number[];
  type(
    name: (typeof subscriberTypes)[number],
  ): { pattern(): string; possibleLengths(): number[] | undefined } | undefined;
}

const subscriberTypes = ['MOBILE', 'FIXED_LINE'] as const;

/** A country's plan as patterns. The library compiles its patterns again for each number. */
interface Patterns {
  readonly callingCode: string;
  /** Any national number of the plan. */
  readonly national: RegExp;
  /** A mobile or geographic number. */
  readonly subscriber: RegExp;
}

const patternCache = new Map<string, Patterns>();

/**
 * Reads a number of a country that is written with its country code and only digits: `61412345678` or `+61412345678`. The
 * result is the library's, but comes much sooner. Jet writes most numbers this way.
 *
 * @returns the number in E.164; undefined for any other text, and unless the library lists a mobile or geographic number
 */
export function readSubscriber(text: string, country: CountryCode): string | undefined {
  const { callingCode, national, subscriber } = patternsOf(country);
  const hasPlus = text.startsWith('+');
  const digits = hasPlus ? text.slice(1) : text;
  // Without a plus, some plans have national numbers that begin like the country code.
  if (!digits.startsWith(callingCode) || (!hasPlus && national.test(digits))) return undefined;
  const number = digits.slice(callingCode.length);
  return subscriber.test(number) && national.test(number) ? `+${digits}` : undefined;
}

function patternsOf(country: CountryCode): Patterns {
  let patterns = patternCache.get(country);
  if (patterns === undefined) {
    const plan = planOf(country);
    const subscriber = subscriberTypes.map((name) => plan.type(name)?.pattern() ?? '').filter(Boolean);
    patterns = {
      callingCode: getCountryCallingCode(country),
      national: whole(plan.nationalNumberPattern()),
      subscriber: whole(subscriber.join('|')),
    };
    patternCache.set(country, patterns);
  }
  return patterns;
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
  return shapes.has(shapeOf(nationalNumber)) && patternsOf(country).national.test(nationalNumber);
}

function shapeOf(nationalNumber: string): string {
  return `${nationalNumber.charAt(0)} of ${nationalNumber.length}`;
}

function planOf(country: CountryCode): Plan {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  return metadata.numberingPlan as unknown as Plan;
}

/** Lists the first digits and lengths of all mobile and geographic numbers that the library knows. */
function subscriberShapes(country: CountryCode): ReadonlySet<string> {
  const plan = planOf(country);
  const shapes = new Set<string>();
  for (const name of subscriberTypes) {
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

import type { Random } from './random.ts';

// Simulated calls can land in real CRMs, so nobody can have these numbers. They are from the ranges that the Australian
// Communications and Media Authority, and similar authorities abroad, reserve for creative works.

export interface FictionalNumber {
  /** As dialled within Australia, digits only. */
  readonly national: string;
  readonly kind: 'mobile' | 'landline' | 'service';
}

export const fictionalMobiles: readonly FictionalNumber[] = [
  ...['0491570006', '0491570110', '0491570156', '0491570157', '0491570158', '0491570159', '0491570313'],
  ...['0491570737', '0491571266', '0491571491', '0491571804', '0491572549', '0491572665', '0491572983'],
  ...['0491573087', '0491573770', '0491574118', '0491574632', '0491575254', '0491575789', '0491576398'],
  ...['0491576801', '0491577426', '0491577644', '0491578148', '0491578888', '0491578957', '0491579212'],
  ...['0491579455', '0491579760'],
].map((national) => ({ national, kind: 'mobile' }));

export const fictionalServices: readonly FictionalNumber[] = [
  ...['1300975707', '1300975708', '1300975709', '1300975710', '1300975711'],
  ...['1800160401', '1800975707', '1800975708', '1800975709', '1800975710', '1800975711'],
].map((national) => ({ national, kind: 'service' }));

/** Each range starts ten thousand numbers. */
const landlineRanges = ['5550', '7010'].flatMap((range) =>
  ['02', '03', '07', '08'].map((areaCode) => areaCode + range),
);

export function drawLandline(random: Random): FictionalNumber {
  return { national: random.pick(landlineRanges) + digits(random, 4), kind: 'landline' };
}

/**
 * A number field without a plain Australian number. A six-digit 13 number cannot begin with 1300, because that prefix has
 * ten digits, so these numbers belong to nobody.
 */
export function drawOddNumber(random: Random): string {
  return random.pick([
    () => `13 00 ${digits(random, 2)}`,
    () => `1300${digits(random, 2)}`,
    () => `+44 20 7946 0${digits(random, 3)}`,
    () => `+1 202 555 01${digits(random, 2)}`,
    () => `5550 ${digits(random, 4)}`,
  ])();
}

/** Writes a number in one of the forms on Jet's pages. */
export function writeNumber({ national, kind }: FictionalNumber, random: Random): string {
  return random.pick(shapes[kind])(national);
}

type Shape = (national: string) => string;

const plain: Shape = (national) => national;
const withCountry: Shape = (national) => `61${national.slice(1)}`;
const withPlus: Shape = (national) => `+61${national.slice(1)}`;

export const shapes: Readonly<Record<FictionalNumber['kind'], readonly Shape[]>> = {
  mobile: [
    plain,
    withCountry,
    withPlus,
    (national) => grouped(national, 4, 3, 3),
    (national) => `+61 ${grouped(national.slice(1), 3, 3, 3)}`,
  ],
  landline: [
    plain,
    withCountry,
    withPlus,
    (national) => grouped(national, 2, 4, 4),
    (national) => `(${national.slice(0, 2)}) ${grouped(national.slice(2), 4, 4)}`,
    (national) => `+61 ${grouped(national.slice(1), 1, 4, 4)}`,
  ],
  service: [plain, (national) => grouped(national, 4, 3, 3)],
};

function grouped(digitsText: string, ...sizes: number[]): string {
  let from = 0;
  return sizes.map((size) => digitsText.slice(from, (from += size))).join(' ');
}

function digits(random: Random, count: number): string {
  return String(random.integer(0, 10 ** count - 1)).padStart(count, '0');
}

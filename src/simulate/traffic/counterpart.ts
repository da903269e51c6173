import { extensions } from './business.ts';
import { drawLandline, drawOddNumber, fictionalMobiles, writeNumber } from './fictional-numbers.ts';
import type { Random } from './random.ts';

/** The caller's number, as in `originnumber`. */
export function drawCaller(random: Random): string {
  return random.weighted<() => string>([
    [() => writeNumber(random.pick(fictionalMobiles), random), 60],
    [() => writeNumber(drawLandline(random), random), 28],
    [() => random.pick(['anonymous', 'Anonymous', 'private', '']), 5],
    [() => drawOddNumber(random), 4],
    [() => random.pick(extensions).number, 3],
  ])();
}

/** The number that the business calls. */
export function drawCalled(random: Random): string {
  return random.weighted<() => string>([
    [() => writeNumber(random.pick(fictionalMobiles), random), 62],
    [() => writeNumber(drawLandline(random), random), 30],
    [() => drawOddNumber(random), 4],
    [() => random.pick(extensions).number, 4],
  ])();
}

import { describe, expect, it } from 'vitest';
import { createBatchSize } from '../../src/delivery/batch-size.ts';
import { movedClock } from '../fixtures/running-worker.ts';

const create = (batchSizeMax = 100) => createBatchSize({ batchSizeMax }, movedClock());

describe('the size of batches', () => {
  it('the size of batches starts at the maximum of the adapter', () => {
    expect(create().limit()).toBe(100);
  });

  it('the size of batches is half of the last batch after a timeout, down to one', () => {
    const size = create();
    size.resize(60, true);
    expect(size.limit()).toBe(30);
    size.resize(1, true);
    expect(size.limit()).toBe(1);
  });

  it('the size of batches doubles after each full batch in time, up to the maximum of the adapter', () => {
    const size = create();
    size.resize(60, true);
    size.resize(29, false);
    expect(size.limit()).toBe(30);
    size.resize(30, false);
    expect(size.limit()).toBe(60);
    size.resize(60, false);
    expect(size.limit()).toBe(100);
  });

  it('the size of batches halves with each outage, down to four', () => {
    const size = create(10);
    const limits = [1, 2, 3].map(() => {
      size.shrinkAfterOutage();
      return size.limit();
    });
    expect(limits).toEqual([5, 4, 4]);
  });

  it('the size of batches does not grow after an outage', () => {
    const size = create(2);
    size.shrinkAfterOutage();
    expect(size.limit()).toBe(2);
  });

  it('the size of batches is the maximum again after the destination was taken again', () => {
    const size = create();
    size.resize(60, true);
    size.reset();
    expect(size.limit()).toBe(100);
  });
});

describe('the rate of batches', () => {
  const rateLimit = { batches: 2, perMs: 1_000 };

  it('the rate of batches is not limited where the adapter names no limit', () => {
    const size = create();
    for (let count = 0; count < 10; count += 1) size.start();
    expect(size.waitMs()).toBe(0);
  });

  it('the rate limit of batches waits until the oldest batch has left the time span', () => {
    const clock = movedClock();
    const size = createBatchSize({ batchSizeMax: 1, rateLimit }, clock);
    size.start();
    clock.moveBy(400);
    expect(size.waitMs()).toBe(0);
    size.start();
    expect(size.waitMs()).toBe(600);
    clock.moveBy(600);
    expect(size.waitMs()).toBe(0);
  });

  it('the rate limit of batches ignores starts that lie in the future after the clock was set back', () => {
    const clock = movedClock();
    const size = createBatchSize({ batchSizeMax: 1, rateLimit }, clock);
    size.start();
    size.start();
    clock.moveBy(-3_600_000);
    expect(size.waitMs()).toBe(0);
  });

  it('the rate limit of batches counts the starts of an earlier lease', () => {
    const size = createBatchSize({ batchSizeMax: 1, rateLimit }, movedClock());
    size.start();
    size.start();
    size.reset();
    expect(size.waitMs()).toBe(1_000);
  });
});

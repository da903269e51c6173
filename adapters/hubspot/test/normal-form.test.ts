import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/crm/fingerprint.ts';
import { normalForm } from '../calls/normal-form.ts';

const fingerprintOf = (value: string): string => fingerprint(normalForm(value));

describe('a value that HubSpot has stored', () => {
  it.each([
    ['<p><strong>To:</strong> Bob&#39;s &amp; Co</p>', "<div><p>To:  Bob's &amp; Co</p>\n</div>"],
    ['2026-11-22T01:00:00.000Z', '2026-11-22T01:00:00Z'],
    ['2026-11-22T01:00:00.000Z', '2026-11-22T12:00:00+11:00'],
    [' a &quot;b&quot;&nbsp;c ', 'a "b" c'],
    ['<p>a <img src="a.png" alt="x"></p>', "<div>a <IMG style='width: 9px' src='a.png'/></div>"],
  ])('a stored value equals the value that was sent: %s', (ours, theirs) => {
    expect(fingerprintOf(theirs)).toBe(fingerprintOf(ours));
  });

  it.each([
    ['<p>Call back</p>', '<p>Called back</p>'],
    ['2026-11-22T01:00:00.000Z', '2026-11-22T01:00:01.000Z'],
    ['&lt;b&gt;', '<b>'],
    ['<p>Call back</p>', '<p>Call back<img src="https://x.example/a.png"></p>'],
    ['<p><img src="a.png"></p>', '<p><img src="b.png"></p>'],
    ['<p>Call back</p>', "<p>Call back</p><iframe allow='x' src='https://x.example/'></iframe>"],
    ['<p>Call back</p>', '<p>Call back</p><video controls></video>'],
    ['<img src="a.png">', 'img a.png'],
  ])('a stored value differs from a changed value: %s', (ours, theirs) => {
    expect(fingerprintOf(theirs)).not.toBe(fingerprintOf(ours));
  });

  it('text that is not an entity is kept', () => {
    expect(normalForm('R&D &nope; &#1114112;')).toBe('R&D &nope; &#1114112;');
  });
});

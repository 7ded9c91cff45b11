// Numbers, amounts, hashes and times as people read them.
// SPDX-License-Identifier: Apache-2.0
const WEI_PER_ETHER = 10n ** 18n;
const ZERO = /^0x0*$/;
const whole = new Intl.NumberFormat('en');

/** Ether with at most `digits` decimals, rounded down; dust shows as "<0.0001". */
export function ether(wei, digits = 4) {
  const amount = BigInt(wei);
  const unit = WEI_PER_ETHER / 10n ** BigInt(digits);
  if (amount > 0n && amount < unit) return `<0.${'0'.repeat(digits - 1)}1`;
  const fraction = ((amount % WEI_PER_ETHER) / unit).toString().padStart(digits, '0').replace(/0+$/, '');
  const integer = whole.format(amount / WEI_PER_ETHER);
  return fraction ? `${integer}.${fraction}` : integer;
}

/** For lengths of bars only: a share of two amounts as a double. */
export const weiShare = (part, total) => (BigInt(total) === 0n ? 0 : Number((BigInt(part) * 1000000n) / BigInt(total)) / 1e6);
export const sumWei = (amounts) => amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);

export const count = (number) => whole.format(number);
export const percent = (share, digits = 2) => `${(100 * share).toFixed(digits)}%`;
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return 'unknown';
  if (seconds < 1) return `${Math.round(1000 * seconds)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const total = Math.round(seconds);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours ? `${hours} h ${minutes} min` : `${minutes} min ${total % 60} s`;
}

export const isZero = (hash) => ZERO.test(hash);
export const short = (hex) => (hex.length > 14 ? `${hex.slice(0, 8)}…${hex.slice(-4)}` : hex);
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** "a", "a and b", "a, b and c". */
export function enumerate(words) {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

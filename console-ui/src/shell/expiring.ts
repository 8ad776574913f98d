// How soon a session ends, if that is soon. Pure.

export interface Left {
  seconds: number;
  /** It ends because nobody uses it; otherwise because its time is over. */
  idle: boolean;
}

const SEEN_EVERY = 30; // the service remembers the last use no more exactly
const IDLE_WARNING = 120;
const END_WARNING = 300;

/** What is left of a session that ends within minutes; null while that is far away. Times in Unix milliseconds. */
export function left(session: { ends: string; idleSeconds: number }, usedAt: number, now: number): Left | null {
  const end = Math.floor((Date.parse(session.ends) - now) / 1000);
  const idle = Math.floor(session.idleSeconds - SEEN_EVERY - (now - usedAt) / 1000);
  if (end <= END_WARNING && end <= idle) return { seconds: Math.max(0, end), idle: false };
  if (idle <= Math.min(IDLE_WARNING, session.idleSeconds / 3)) return { seconds: Math.max(0, idle), idle: true };
  return end <= END_WARNING ? { seconds: Math.max(0, end), idle: false } : null;
}

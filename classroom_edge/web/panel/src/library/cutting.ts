/** Where an instant of an edit is in the recording, and what of an edit lies between two instants. */

import { clockTime } from "../words";
import type { Passage } from "./shelf";

const SHORTEST_S = 0.04;

/** 2.52 at 25 pictures a second -> "00:00:02.13": the last two are pictures */
export function frameTime(seconds: number, fps: number): string {
  const pictures = Math.round(seconds * fps);
  const rate = Math.round(fps);
  return `${clockTime(Math.floor(pictures / rate))}.${String(pictures % rate).padStart(2, "0")}`;
}

export const lengthOf = (passages: readonly Passage[]): number =>
  passages.reduce((sum, one) => sum + one.to_s - one.from_s, 0);

/** The passage of an instant of the edit, and where in the recording it is. */
export function recordedAt(passages: readonly Passage[], at: number): { place: number; second: number } {
  let begun = 0;
  for (const [place, one] of passages.entries()) {
    const length = one.to_s - one.from_s;
    if (at < begun + length || place === passages.length - 1) {
      return { place, second: Math.min(one.from_s + at - begun, one.to_s) };
    }
    begun += length;
  }
  return { place: 0, second: 0 };
}

/** Where each passage begins in the edit. */
export function beginnings(passages: readonly Passage[]): number[] {
  let begun = 0;
  return passages.map((one) => {
    const here = begun;
    begun += one.to_s - one.from_s;
    return here;
  });
}

/** Keep what lies between two instants of the edit. */
export function kept(passages: readonly Passage[], fromS: number, toS: number): Passage[] {
  const begun = beginnings(passages);
  return passages
    .map((one, n) => {
      const away = one.from_s - (begun[n] ?? 0);
      return { ...one, from_s: Math.max(one.from_s, fromS + away), to_s: Math.min(one.to_s, toS + away) };
    })
    .filter((one) => one.to_s - one.from_s >= SHORTEST_S);
}

/** Where instants of the recording are in the edit; those that were left out are nowhere. */
export function placesOf(passages: readonly Passage[], seconds: readonly number[]): number[] {
  const begun = beginnings(passages);
  const found: number[] = [];
  passages.forEach((one, n) => {
    const inside = seconds.filter((second) => second >= one.from_s && second < one.to_s);
    found.push(...inside.map((second) => (begun[n] ?? 0) + second - one.from_s));
  });
  return found;
}

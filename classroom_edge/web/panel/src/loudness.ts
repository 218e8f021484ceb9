/** From twenty numbers a second to one word a teacher can act on. */

import type { LevelView } from "./room";

const FALL_DB_PER_S = 12; // pauses between words are not silence
const SILENT_DB = -60;
const SOFT_DB = -42;
const LOUD_DB = -12;
const CLIPPING_DB = -1;
const ALARM_S = 20;

export type Verdict = "good" | "soft" | "loud" | "clipping" | "silent";

export interface Loudness {
  source: string;
  rms_db: number;
  /** The highest of late, falling slowly: the little bar that stands. */
  held_db: number;
  verdict: Verdict;
  /** How long there has been nothing to hear; 0 unless it is worth an alarm. */
  silent_s: number;
}

interface Memory {
  atMs: number;
  rms: number;
  peak: number;
  soundAtMs: number;
}

/** Remembers each sound for the few seconds that a verdict needs. */
export class Ears {
  private readonly memories = new Map<string, Memory>();

  hear(level: LevelView, nowMs: number): Loudness {
    const before = this.memories.get(level.source);
    const fall = before === undefined ? 0 : ((nowMs - before.atMs) / 1000) * FALL_DB_PER_S;
    const memory: Memory = {
      atMs: nowMs,
      rms: Math.max(level.rms_db, (before?.rms ?? -120) - fall),
      peak: Math.max(level.peak_db, (before?.peak ?? -120) - fall),
      soundAtMs: level.rms_db > SILENT_DB ? nowMs : (before?.soundAtMs ?? nowMs),
    };
    this.memories.set(level.source, memory);
    const silent_s = Math.floor((nowMs - memory.soundAtMs) / 1000);
    return {
      source: level.source,
      rms_db: level.rms_db,
      held_db: memory.peak,
      verdict: verdict(memory),
      silent_s: silent_s < ALARM_S ? 0 : silent_s,
    };
  }
}

function verdict(memory: Memory): Verdict {
  if (memory.peak >= CLIPPING_DB) return "clipping";
  if (memory.rms >= LOUD_DB) return "loud";
  if (memory.rms >= SOFT_DB) return "good";
  return memory.rms > SILENT_DB ? "soft" : "silent";
}

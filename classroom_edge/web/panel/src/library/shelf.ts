/** What the library page asks of the daemon, and in what shape the answers come. */

import type { Words } from "../room";
import { get } from "../http";

export const CONSENTS = ["internal", "school", "district", "public"] as const;
export type Consent = (typeof CONSENTS)[number];

/** A recording as it is listed. */
export interface Item {
  id: string;
  title: string;
  subject: string;
  teacher: string;
  class_name: string;
  started_at: string;
  duration_s: number;
  state: string;
  bytes: number;
  thumbnail: string;
  gaps: number;
  held: boolean;
  consent: Consent;
  delivery: "none" | "waiting" | "sending" | "sent" | "failed";
  edits: number;
  school: string;
  problem: Partial<Words>;
}

export interface Found {
  items: Item[];
  next: string;
  total: number;
}

export interface Asked {
  q: string;
  teacher: string;
  subject: string;
  class: string;
  from: string;
  to: string;
}

export const NOTHING_ASKED: Asked = { q: "", teacher: "", subject: "", class: "", from: "", to: "" };

export interface Track {
  name: string;
  kind: "programme" | "picture" | "sound";
  file: string;
  url: string;
  start_s: number;
  duration_s: number;
  width: number;
  fps: number;
  channels: number;
  problem: string;
}

export interface Strip {
  url: string;
  columns: number;
  rows: number;
  width: number;
  height: number;
  every_s: number;
  count: number;
}

export interface Card {
  title: string;
  subject: string;
  teacher: string;
  class_name: string;
  note: string;
  held: boolean;
  consent: Consent;
  proposed_by: string;
}

/** A recording as it is watched. */
export interface Recording {
  id: string;
  state: string;
  title: string;
  started_at: string;
  duration_s: number;
  tracks: Track[];
  gaps: { track: string; from_s: number; to_s: number; length_s: number; reason: string }[];
  marks: { at_s: number; text: string }[];
  chapters: { start_s: number; page: number; picture_url: string }[];
  problem: string;
  filmstrip: Strip | null;
  card: Card;
}

export interface Passage {
  from_s: number;
  to_s: number;
  track: string;
  /** "" = the one that the edit belongs to. */
  recording: string;
}

/** What the editor may change of an edit. */
export interface Wish {
  title: string;
  passages: Passage[];
  sound: string;
  opening: string;
  loudness: boolean;
}

export interface Edit extends Wish {
  id: string;
  length_s: number;
  changes: number;
  taken_back: number;
  film: { url: string; stale: boolean; bytes: number; duration_s: number } | null;
}

/** What can be made of a recording or an edit besides a film. */
export const EXPORTS = ["package", "sound", "slides"] as const;

export interface Exported {
  file: string;
  kind: (typeof EXPORTS)[number];
  /** "" = the whole recording. */
  edit: string;
  bytes: number;
  url: string;
}

export const addressOf = (recording: string): string => `/api/v1/recordings/${encodeURIComponent(recording)}`;

/** Ask for a page of what is looked for. Throws a Refusal. */
export function find(asked: Asked, after: string, limit: number): Promise<Found> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (after !== "") query.set("after", after);
  for (const [key, value] of Object.entries(asked)) if (value !== "") query.set(key, value);
  return get<Found>(`/api/v1/library?${query.toString()}`, 10_000);
}

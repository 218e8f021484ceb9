/** A timetable that is sent in: shown as it would be, then agreed to. */

import { answer, Refusal } from "./http";
import type { Words } from "./room";

const PATIENCE_MS = 40_000;

export type Scope = "all" | "classes";

/** The columns of a list; what they are called in it may be anything. */
export const FIELDS = ["class", "subject", "teacher", "room", "weekday", "period", "weeks", "sites"] as const;

/** How a file is read as far as it does not say so itself. */
export interface Reading {
  scope: Scope;
  /** Of a list: field to header. */
  columns: Record<string, string>;
  /** Of a notice: worked day to the weekday whose lessons it has, 0 for Monday. */
  taught: Record<string, number>;
}

export interface Preview {
  token: string;
  /** With any, nothing comes of the file. */
  mistakes: Words[];
  left_out: Words[];
  columns: Record<string, string>;
  /** Of a list: the columns that it has. */
  headers: string[];
  /** Worked days of a notice that are new, and whose lessons they have. */
  worked: { day: string; name: string; weekday: number | null }[];
  verdict: "fine" | "empty" | "halved";
  told: Words;
  changes: { kind: "added" | "gone" | "changed"; text: Words }[];
  /** Changes that are not listed. */
  more: number;
  /** Clashes and doubts. */
  warnings: Words[];
}

/** Have a file examined. Throws a Refusal. */
export async function examine(file: File, reading: Reading): Promise<Preview> {
  const asked = new URLSearchParams({ name: file.name, scope: reading.scope });
  for (const [field, header] of Object.entries(reading.columns)) asked.append("column", `${field}:${header}`);
  for (const [day, weekday] of Object.entries(reading.taught)) asked.append("taught", `${day}:${weekday}`);
  const path = `/api/v1/timetable/preview?${asked.toString()}`;
  const init = { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file };
  const response = await answer(path, init, PATIENCE_MS);
  const found = (await response.json().catch(() => null)) as (Preview & { message?: Words }) | null;
  if (!response.ok || found === null) throw new Refusal(response.status, found?.message ?? {});
  return found;
}

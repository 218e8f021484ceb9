/** A timetable that is sent in: shown as it would be, then agreed to. */

import { answer, Refusal } from "./http";
import type { Words } from "./room";

const PATIENCE_MS = 40_000;

export type Scope = "all" | "classes";

export interface Preview {
  token: string;
  /** With any, nothing comes of the file. */
  mistakes: Words[];
  left_out: Words[];
  columns: Record<string, string>;
  verdict: "fine" | "empty" | "halved";
  told: Words;
  changes: { kind: "added" | "gone" | "changed"; text: Words }[];
  /** Changes that are not listed. */
  more: number;
  /** Clashes and doubts. */
  warnings: Words[];
}

/** Have a file examined. Throws a Refusal. */
export async function examine(file: File, scope: Scope): Promise<Preview> {
  const path = `/api/v1/timetable/preview?scope=${scope}&name=${encodeURIComponent(file.name)}`;
  const init = { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file };
  const response = await answer(path, init, PATIENCE_MS);
  const found = (await response.json().catch(() => null)) as (Preview & { message?: Words }) | null;
  if (!response.ok || found === null) throw new Refusal(response.status, found?.message ?? {});
  return found;
}

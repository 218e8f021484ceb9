/** The cameras that rooms lend each other in a session: who asks, who has them, for how long. */

import { computed, watch, type ComputedRef } from "vue";

import type { Panel } from "./panel";
import type { Grant } from "./room";
import type { Meeting } from "./session";
import type { Speech } from "./words";

export const LENT_MS = 10 * 60_000;

/** What there is between this room and another whose cameras it may ask for. */
export interface Borrowing {
  asked: ComputedRef<boolean>;
  grant: ComputedRef<Grant | null>;
  /** Who has the cameras, if it is not this room. */
  other: ComputedRef<string>;
}

export function borrowing(meeting: Meeting, room: () => string): Borrowing {
  const lent = computed(() => meeting.session.value?.grants.find((one) => one.room === room()) ?? null);
  return {
    asked: computed(() => wishes(meeting).some((one) => one.room === room() && one.by === here(meeting))),
    grant: computed(() => (lent.value?.to === here(meeting) ? lent.value : null)),
    other: computed(() => (lent.value === null || lent.value.to === here(meeting) ? "" : nameOf(meeting, lent.value.to))),
  };
}

/** "9:41" until a lease ends. */
export function timeLeft(meeting: Meeting, grant: Grant): string {
  const seconds = Math.max(0, Math.ceil((grant.until_ns / 1e6 - meeting.hubNow.value) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function nameOf(meeting: Meeting, member: string): string {
  return meeting.session.value?.members.find((one) => one.id === member)?.name ?? member;
}

/** Tell whoever asked what came of it, and both when it is over. */
export function tellOfLending(panel: Panel, meeting: Meeting, spoken: Speech): void {
  const asked = computed(() => wishes(meeting).filter((one) => one.by === here(meeting)).map((one) => one.room));
  const lent = computed(() => meeting.session.value?.grants.map((one) => one.room) ?? []);
  watch([asked, lent], ([nowAsked, nowLent], [wasAsked, wasLent]) => {
    for (const room of wasAsked) {
      if (nowLent.includes(room) && !wasLent.includes(room)) tell("good", "lending.lent", room);
      else if (!nowAsked.includes(room) && !nowLent.includes(room)) tell("bad", "lending.not-lent", room);
    }
    for (const room of wasLent) if (!nowLent.includes(room)) tell("good", "lending.back", room);
  });
  function tell(tone: "good" | "bad", text: "lending.lent" | "lending.not-lent" | "lending.back", room: string): void {
    if (meeting.session.value !== null) panel.tell({ tone, text: spoken.say(text, { name: nameOf(meeting, room) }) });
  }
}

const here = (meeting: Meeting): string => meeting.link.value.here;
const wishes = (meeting: Meeting): { room: string; by: string }[] => meeting.session.value?.wishes ?? [];

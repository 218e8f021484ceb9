/** The school day of the room: the time by its timetable, what goes on, and what is asked of it. */

import { computed, type ComputedRef } from "vue";

import type { Panel } from "./panel";
import type { DayView, LessonView } from "./room";

export interface Day {
  /** None: the room has no timetable. */
  view: ComputedRef<DayView | null>;
  /** The time by the timetable, ms since 1970; in a demo it runs faster than ours. */
  now: ComputedRef<number>;
  current: ComputedRef<LessonView | null>;
  /** Seconds until a time of the day. */
  until(at: string): number;
  ask(wish: string, body?: object): void;
}

export function makeDay(panel: Panel): Day {
  const view = computed(() => panel.room.value.day);
  const now = computed(() => {
    if (view.value === null) return panel.now.value;
    const { real, shown, speed } = view.value.time;
    return Date.parse(shown) + (panel.now.value - Date.parse(real)) * speed;
  });
  return {
    view,
    now,
    current: computed(() => view.value?.lessons.find((one) => one.id === view.value?.now) ?? null),
    until: (at) => Math.max(0, Math.ceil((Date.parse(at) - now.value) / 1000)),
    ask: (wish, body = {}) => void panel.send(`/api/v1/day/${wish}`, body),
  };
}

/** What a lesson is called: its class and subject. */
export function named(lesson: LessonView): string {
  return [...lesson.classes, lesson.title].join(" ");
}

/** A time of the school's clock, whatever zone this browser is in: "2027-03-01T08:20:00+08:00". */
export function bell(at: string): string {
  return at.slice(11, 16);
}

/** The record card's states, and the commands behind its buttons. */

import { computed, inject, ref, watch, type ComputedRef, type InjectionKey } from "vue";

import type { Panel } from "./panel";
import type { RecordingView } from "./room";
import { clockTime, type Speech } from "./words";

const GRACE_S = 10;
const DEBOUNCE_MS = 1500; // a double tap on start must not stop, nor the reverse
const PREPARING_MS = 8000; // after that the state on screen is the daemon's again

export type Phase =
  | "idle"
  | "preparing"
  | "recording"
  | "unwritten" // recording, but nothing reaches the disk: no red lamp
  | "paused"
  | "unseen" // it was running when the connection went
  | "stopping"
  | "saving"
  | "saved";

export interface Recorder {
  phase: ComputedRef<Phase>;
  view: ComputedRef<RecordingView>;
  /** The red lamp: bytes are reaching the disk, and we know it. */
  lit: ComputedRef<boolean>;
  /** With minutes it is a micro-lesson, which ends by itself. */
  start(title?: string, minutes?: number): void;
  stop(): void;
  goOn(): void;
  pause(): void;
  resume(): void;
  mark(): void;
}

export function makeRecorder(panel: Panel, spoken: Speech): Recorder {
  const view = computed(() => panel.room.value.recording);
  const preparing = ref(false);
  const justSaved = ref(false);
  let preparingTimer = 0;
  let pressedAt = -DEBOUNCE_MS;

  const phase = computed<Phase>(() => {
    if (panel.link.lost.value && view.value.state !== "idle") return "unseen";
    switch (view.value.state) {
      case "recording":
        return view.value.light ? "recording" : "unwritten";
      case "finishing":
        return "saving";
      case "idle":
        if (preparing.value) return "preparing";
        return justSaved.value ? "saved" : "idle";
      default:
        return view.value.state;
    }
  });

  watch(
    () => panel.room.value.recording,
    (recording, before) => {
      if (recording.state !== "idle") {
        preparing.value = false;
        justSaved.value = false;
      } else if (before.state !== "idle") {
        justSaved.value = recording.last_id === before.id;
      }
    },
  );

  /** Start and stop each bolt the other for a moment. */
  function bolted(): boolean {
    const now = performance.now();
    if (now - pressedAt < DEBOUNCE_MS) return true;
    pressedAt = now;
    return false;
  }

  async function prepare(title: string, minutes: number): Promise<void> {
    preparing.value = true;
    window.clearTimeout(preparingTimer);
    preparingTimer = window.setTimeout(() => {
      preparing.value = false;
    }, PREPARING_MS);
    const begun = await panel.send("/api/v1/recording/start", { title, pre_roll: true, minutes });
    if (begun === null) preparing.value = false;
  }

  async function mark(): Promise<void> {
    const number = view.value.marks + 1;
    const set = (await panel.send("/api/v1/recording/mark", { text: "" })) as { at_s: number } | null;
    if (set === null) return;
    const text = spoken.say("mark.done", { number, at: clockTime(set.at_s) });
    panel.tell({ tone: "good", text });
  }

  return {
    phase,
    view,
    lit: computed(() => view.value.light && !panel.link.lost.value),
    start(title = "", minutes = 0) {
      const ready = phase.value === "idle" || phase.value === "saved";
      if (ready && !bolted()) void prepare(title.trim(), minutes);
    },
    stop() {
      if (bolted()) return;
      void panel.send("/api/v1/recording/stop", { grace_s: GRACE_S });
    },
    goOn: () => void panel.send("/api/v1/recording/go-on"),
    pause: () => void panel.send("/api/v1/recording/pause"),
    resume: () => void panel.send("/api/v1/recording/resume"),
    mark: () => void mark(),
  };
}

export const RECORDER: InjectionKey<Recorder> = Symbol("recorder");

export function useRecorder(): Recorder {
  const recorder = inject(RECORDER);
  if (recorder === undefined) throw new Error("no recorder provided");
  return recorder;
}

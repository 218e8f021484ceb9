/** Plays a lesson that is broadcast: live with little delay, from its beginning, or when it is over.
 *
 * A page at `/watch/TICKET/LESSON` plays `/TICKET/LESSON/index.m3u8`. hls.js plays it wherever
 * the browser has Media Source; Safari on telephones has not, and plays it by itself.
 */

import Hls from "hls.js/light";
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";

import type { Quality } from "../quality";

type Sharpness = Extract<Quality, "good" | "fair" | "poor">;

const AGAIN_MS = 3000;
const TICK_MS = 250;
const LATE_S = 0.1; // behind what the playlist allows: then we play faster
const FAR_S = 8; // behind by choice, or after a long stand-still
const ENOUGH_S = 0.4; // that has arrived and is not played yet
const CATCH_UP = 1.1;
export const AUTOMATIC = -1;

export type Playing = "starting" | "live" | "behind" | "over";
export type Trouble = "" | "refused" | "silent" | "unable";

export interface Player {
  state: Ref<Playing>;
  trouble: Ref<Trouble>;
  /** The browser wants a touch before there is sound. */
  held: Ref<boolean>;
  /** Heights of the qualities, and which is shown. */
  levels: ShallowRef<number[]>;
  level: Ref<number>;
  chosen: Ref<number>;
  word: ComputedRef<Sharpness | "">;
  behindS: Ref<number>;
  attach(video: HTMLVideoElement): void;
  play(): void;
  choose(level: number): void;
  fromBegin(): void;
  toLive(): void;
}

/** Where the lesson of a page is. */
export function placeOf(path: string): string {
  return path.replace(/^\/watch(?=\/)/, "").replace(/\/$/, "");
}

export function makePlayer(place: string): Player {
  const state = ref<Playing>("starting");
  const trouble = ref<Trouble>("");
  const held = ref(false);
  const levels = shallowRef<number[]>([]);
  const level = ref(AUTOMATIC);
  const chosen = ref(AUTOMATIC);
  const behindS = ref(0);
  let hls: Hls | null = null;
  let video: HTMLVideoElement | null = null;
  let timer = 0;

  async function play(): Promise<void> {
    try {
      await video?.play();
      held.value = false;
    } catch (error) {
      held.value = (error as DOMException).name === "NotAllowedError";
    }
  }

  function load(list: "index" | "lesson", startPosition: number): void {
    window.clearTimeout(timer);
    hls?.destroy();
    const made = new Hls({
      lowLatencyMode: true,
      backBufferLength: 60,
      enableWorker: false, // our pages run no script but their own files
      startPosition,
    });
    hls = made;
    made.on(Hls.Events.MANIFEST_PARSED, (_, told) => {
      levels.value = told.levels.map((one) => one.height);
      made.currentLevel = chosen.value;
      trouble.value = "";
      void play();
    });
    made.on(Hls.Events.LEVEL_SWITCHED, (_, told) => {
      level.value = told.level;
    });
    made.on(Hls.Events.LEVEL_LOADED, (_, told) => {
      if (list === "index" && !told.details.live) load("lesson", 0); // it is over: the whole of it
      else if (list === "lesson") state.value = told.details.live ? "behind" : "over";
      else state.value = "live";
    });
    made.on(Hls.Events.ERROR, (_, told) => {
      if (!told.fatal) return;
      trouble.value = told.response?.code === 403 ? "refused" : "silent";
      timer = window.setTimeout(() => load(list, startPosition), AGAIN_MS);
    });
    made.loadSource(`${place}/${list}.m3u8`);
    if (video !== null) made.attachMedia(video);
  }

  function natively(list: "index" | "lesson"): void {
    if (video === null) return;
    video.src = `${place}/${list}.m3u8`;
    state.value = list === "index" ? "live" : "behind";
    void play();
  }

  const open = (list: "index" | "lesson", from: number): void =>
    Hls.isSupported() ? load(list, from) : natively(list);

  /** Come nearer to what happens now while enough has arrived; hls.js itself wants a second of it. */
  function comeNearer(): void {
    if (hls === null || video === null || hls.targetLatency === null) return;
    const { buffered, currentTime } = video;
    const ahead = buffered.length === 0 ? 0 : buffered.end(buffered.length - 1) - currentTime;
    const late = hls.latency - hls.targetLatency;
    const near = state.value === "live" && late < FAR_S;
    video.playbackRate = near && late > LATE_S && ahead > ENOUGH_S ? CATCH_UP : 1;
  }

  window.setInterval(() => {
    behindS.value = hls?.latency ?? 0;
    comeNearer();
  }, TICK_MS);

  return {
    state,
    trouble,
    held,
    levels,
    level,
    chosen,
    behindS,
    word: computed(() => {
      const height = levels.value[level.value];
      if (height === undefined || state.value === "starting") return "";
      if (height === Math.max(...levels.value)) return "good";
      return height === Math.min(...levels.value) ? "poor" : "fair";
    }),
    attach(shown) {
      video = shown;
      shown.onended = () => {
        if (state.value === "live") load("lesson", -1);
      };
      if (Hls.isSupported() || shown.canPlayType("application/vnd.apple.mpegurl") !== "") open("index", -1);
      else trouble.value = "unable";
    },
    play: () => void play(),
    choose(next) {
      chosen.value = next;
      if (hls !== null) hls.currentLevel = next;
    },
    fromBegin: () => open("lesson", 0),
    toLive: () => open("index", -1),
  };
}

/** Keeps the page in step with the room: a snapshot, then every change, again after every loss. */

import { computed, readonly, ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { answer, get, Refusal } from "./http";
import type { LevelView, RoomState } from "./room";

const QUIET_MS = 900; // nothing heard for so long: ask whether the daemon is there
const PATIENCE_MS = 900; // and believe that it is not after this much silence
const RETRY_MS = [300, 700, 1500, 3000];

export interface RoomLink {
  state: Readonly<ShallowRef<RoomState | null>>;
  levels: Readonly<ShallowRef<LevelView[]>>;
  connected: Readonly<Ref<boolean>>;
  /** It was connected, and is not any more: what the page shows may be out of date. */
  lost: Readonly<Ref<boolean>>;
  /** Grows with every connection: what must be fetched again watches it. */
  epoch: Readonly<Ref<number>>;
  /** Room time minus the time of this machine, which may be set wrong. */
  clockAheadMs: Readonly<Ref<number>>;
}

/** Follow the room from now on, for as long as the page lives. */
export function followRoom(): RoomLink {
  const state = shallowRef<RoomState | null>(null);
  const levels = shallowRef<LevelView[]>([]);
  const connected = ref(false);
  const epoch = ref(0);
  const clockAheadMs = ref(0);

  let stream: EventSource | null = null;
  let heardAt = 0;
  let failures = 0;
  let probing = false;

  function take(next: RoomState): void {
    clockAheadMs.value = Date.parse(next.at) - Date.now();
    state.value = next;
    heard();
  }

  function heard(): void {
    heardAt = performance.now();
  }

  async function connect(): Promise<void> {
    try {
      take(await get<RoomState>("/api/v1/room", 3000));
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) askWhoItIs();
      else retry();
      return;
    }
    const opened = new EventSource("/api/v1/events");
    stream = opened;
    opened.onerror = () => lose(opened);
    opened.addEventListener("state", (event) => {
      take(JSON.parse((event as MessageEvent<string>).data) as RoomState);
      join();
    });
    opened.addEventListener("levels", (event) => {
      levels.value = JSON.parse((event as MessageEvent<string>).data) as LevelView[];
      heard();
    });
  }

  /** The stream begins with the room as it is: from then on nothing that happens is missed. */
  function join(): void {
    if (connected.value) return;
    failures = 0;
    connected.value = true;
    epoch.value += 1;
  }

  function lose(which: EventSource): void {
    if (which !== stream) return;
    which.close();
    stream = null;
    connected.value = false;
    levels.value = [];
    retry();
  }

  function retry(): void {
    const wait = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    failures += 1;
    window.setTimeout(() => void connect(), wait);
  }

  /** A cut cable ends no connection: only silence tells. */
  async function probe(): Promise<void> {
    const watched = stream;
    if (watched === null || probing || performance.now() - heardAt < QUIET_MS) return;
    probing = true;
    try {
      await answer("/healthz", { cache: "no-store" }, PATIENCE_MS);
      heard();
    } catch {
      if (performance.now() - heardAt >= QUIET_MS) lose(watched);
    } finally {
      probing = false;
    }
  }

  void connect();
  window.setInterval(() => void probe(), 200);
  return {
    state,
    levels,
    connected: readonly(connected),
    lost: computed(() => !connected.value && epoch.value > 0),
    epoch: readonly(epoch),
    clockAheadMs: readonly(clockAheadMs),
  };
}

/** Leave for the page where a panel is paired or a person logs in. */
function askWhoItIs(): void {
  window.location.assign("/pair");
}

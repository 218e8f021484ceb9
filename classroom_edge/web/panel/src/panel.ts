/** What every part of the page shares: the room, its clock, a way to ask for things. */

import { computed, inject, provide, ref, shallowRef, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";

import { nudge, post, Refusal } from "./http";
import type { RoomLink } from "./link";
import type { RoomState } from "./room";
import type { Speech } from "./words";

const NOTICE_MS = 4000;
const TICK_MS = 200;

export type Sheet =
  | "day"
  | "session"
  | "desk"
  | "sound"
  | "camera"
  | "devices"
  | "recordings"
  | "routine"
  | "problems";

export interface Notice {
  tone: "good" | "bad";
  text: string;
}

export interface Panel {
  link: RoomLink;
  /** The newest state; only read where a state is known to have arrived. */
  room: ComputedRef<RoomState>;
  /** Whether somebody directs here; otherwise the room is ordinary, and records by itself. */
  studio: ComputedRef<boolean>;
  /** Room time in ms since 1970, ticking. */
  now: Readonly<Ref<number>>;
  notice: Readonly<ShallowRef<Notice | null>>;
  /** Which drawer is open beside the record card. */
  sheet: Ref<Sheet | null>;
  /** The routine whose steps the drawer shows. */
  routine: Ref<string>;
  /** The recording that is being watched. */
  watching: Ref<string | null>;
  /** POST a command; give the answer. A refusal is shown to the teacher, and null is given. */
  send(path: string, body?: object): Promise<unknown>;
  /** The same for a command that must not come late: never repeated. */
  nudge(path: string, body: object): Promise<unknown>;
  /** Wait for another kind of command; a refusal is shown, and null is given. */
  orTell(command: Promise<unknown>): Promise<unknown>;
  tell(notice: Notice): void;
}

export function makePanel(link: RoomLink, spoken: Speech): Panel {
  const room = computed(() => {
    if (link.state.value === null) throw new Error("the room is not known yet");
    return link.state.value;
  });
  const now = ref(Date.now());
  window.setInterval(() => {
    now.value = Date.now() + link.clockAheadMs.value;
  }, TICK_MS);

  const notice = shallowRef<Notice | null>(null);
  let noticeTimer = 0;
  function tell(next: Notice): void {
    notice.value = next;
    window.clearTimeout(noticeTimer);
    noticeTimer = window.setTimeout(() => {
      notice.value = null;
    }, NOTICE_MS);
  }

  async function orTell(command: Promise<unknown>): Promise<unknown> {
    try {
      return (await command) ?? true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      tell({ tone: "bad", text: spoken.pick(error.words) || spoken.say("refused.unheard") });
      return null;
    }
  }

  return {
    link,
    room,
    studio: computed(() => room.value.profile === "studio"),
    now,
    notice,
    sheet: ref(null),
    routine: ref(""),
    watching: ref(null),
    send: (path, body = {}) => orTell(post(path, body)),
    nudge: (path, body) => orTell(nudge(path, body)),
    orTell,
    tell,
  };
}

const PANEL: InjectionKey<Panel> = Symbol("panel");

export function providePanel(panel: Panel): void {
  provide(PANEL, panel);
}

export function usePanel(): Panel {
  const panel = inject(PANEL);
  if (panel === undefined) throw new Error("no panel provided");
  return panel;
}

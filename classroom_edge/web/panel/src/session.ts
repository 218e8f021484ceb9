/** The session with other schools that this room is in, and what can be said in it. */

import { computed, inject, ref, type ComputedRef, type InjectionKey, type Ref } from "vue";

import type { Panel } from "./panel";
import type { LinkView, Member, Session } from "./room";

const ONE_WAY = ["live", "recorded"];
const GOES_ON = ["opening", "open", "paused"];

export interface Meeting {
  /** Only read where the room is known to be linked with others. */
  link: ComputedRef<LinkView>;
  session: ComputedRef<Session | null>;
  me: ComputedRef<Member | null>;
  leads: ComputedRef<boolean>;
  /** Whether others than the hub may speak at all. */
  twoWay: ComputedRef<boolean>;
  /** Whoever may get the floor, besides this room: the hands first, the longest up before others. */
  speakers: ComputedRef<Member[]>;
  observers: ComputedRef<Member[]>;
  hands: ComputedRef<string[]>;
  /** Whether who leads looks at everybody, or at the picture that goes out. */
  everybody: Ref<boolean>;
  /** Hub time in ms since 1970, ticking. */
  hubNow: ComputedRef<number>;
  hasFloor(member: string): boolean;
  /** Say something in the session; tells whether it was accepted. */
  say(verb: string, body?: object): Promise<boolean>;
}

export function makeMeeting(panel: Panel): Meeting {
  const link = computed<LinkView>(
    () => panel.room.value.link ?? { role: "site", linked: [], sessions: [], here: "", ahead_s: 0 },
  );
  const session = computed(
    () => link.value.sessions.find((one) => GOES_ON.includes(one.stage)) ?? link.value.sessions[0] ?? null,
  );
  const members = computed(() => session.value?.members ?? []);
  const me = computed(() => members.value.find((one) => one.id === link.value.here) ?? null);
  const hands = computed(() =>
    members.value
      .filter((one) => one.hand_at_ns > 0)
      .sort((a, b) => a.hand_at_ns - b.hand_at_ns)
      .map((one) => one.id),
  );
  const place = (member: Member): number => {
    const hand = hands.value.indexOf(member.id);
    return hand >= 0 ? hand : hands.value.length + Number(!member.present);
  };
  return {
    link,
    session,
    me,
    leads: computed(() => me.value?.role === "hub" || me.value?.role === "assistant"),
    twoWay: computed(() => session.value !== null && !ONE_WAY.includes(session.value.style)),
    speakers: computed(() =>
      members.value
        .filter((one) => one.id !== link.value.here && one.role !== "hub" && one.role !== "observer")
        .sort((a, b) => place(a) - place(b)),
    ),
    observers: computed(() => members.value.filter((one) => one.role === "observer" && one.present)),
    hands,
    everybody: ref(true),
    hubNow: computed(() => panel.now.value + 1000 * link.value.ahead_s),
    hasFloor: (member) => session.value?.floor.some((hold) => hold.member === member) ?? false,
    async say(verb, body = {}) {
      if (session.value === null) return false;
      const path = `/api/v1/sessions/${encodeURIComponent(session.value.id)}/${verb}`;
      return (await panel.send(path, body)) !== null;
    },
  };
}

export const MEETING: InjectionKey<Meeting> = Symbol("meeting");

export function useMeeting(): Meeting {
  const meeting = inject(MEETING);
  if (meeting === undefined) throw new Error("no meeting provided");
  return meeting;
}

/** How good the link with somebody is, as a word with an icon: from what arrives there. */

import type { IconName } from "./icons";
import type { Member, RoomState } from "./room";

export type Quality =
  | "absent"
  | "linked"
  | "connecting"
  | "good"
  | "fair"
  | "poor"
  | "sound"
  | "one-way"
  | "lost";

export const ICON_OF_QUALITY: Record<Quality, IconName> = {
  absent: "clock",
  linked: "network",
  connecting: "wait",
  good: "signal-good",
  fair: "signal-fair",
  poor: "signal-poor",
  sound: "signal-least",
  "one-way": "signal-least",
  lost: "cut",
};

const OF_RUNG: Record<string, Quality> = {
  "720p": "good",
  "360p": "fair",
  "180p": "poor",
  sound: "sound",
  "one-way": "one-way",
  stored: "one-way",
};

export function qualityOf(room: RoomState, member: Member): Quality {
  if (!member.present) return "absent";
  if (member.dark) return "lost";
  const peer = room.live?.peers.find((one) => one.peer === member.id);
  if (peer === undefined) return "linked";
  if (peer.state !== "connected") return peer.state;
  return OF_RUNG[peer.rung] ?? "linked";
}

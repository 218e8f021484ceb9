/** Several films of one lesson, in step: one leads and is heard, the others follow it.
 *
 * Times are those of the recording, in seconds; a film's own time is less by where it starts.
 * A follower that is a little away is brought nearer by its speed, which nobody sees; one that is
 * far away, or stands still, jumps.
 */

import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import type { Recording, Track } from "./shelf";

const TICK_MS = 50;
const NEAR_S = 0.012; // good enough: less than a third of a picture
const FAR_S = 0.5; // jumps
const HASTE = 2; // of the distance, made up in a second
const HASTE_MOST = 0.25;
const AGAIN_MS = 700; // between two jumps of one follower
const USUAL_FPS = 25;

export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2] as const;

/** One view or sound of the lesson; in several files where it was interrupted. */
export interface Angle {
  name: string;
  seen: boolean;
  parts: Track[];
}

export interface Stage {
  angles: Angle[];
  leader: Angle | null;
  lengthS: number;
  fps: number;
  at: Ref<number>;
  playing: Ref<boolean>;
  speed: Ref<number>;
  muted: Ref<boolean>;
  /** The browser wants a touch before there is sound. */
  held: Ref<boolean>;
  /** Angles that have nothing to show at this instant, or that cannot be played. */
  dark: ShallowRef<ReadonlySet<string>>;
  attach(name: string, video: HTMLVideoElement): void;
  detach(name: string): void;
  go(seconds: number): void;
  step(pictures: number): void;
  play(): void;
  pause(): void;
  end(): void;
}

/** Group a recording's files by what they show; the programme first. */
export function anglesOf(recording: Recording): Angle[] {
  const found = new Map<string, Angle>();
  for (const track of recording.tracks.filter((one) => one.file !== "" && one.duration_s > 0)) {
    const angle = found.get(track.name) ?? { name: track.name, seen: track.kind !== "sound", parts: [] };
    angle.parts.push(track);
    found.set(track.name, angle);
  }
  const rank = (one: Angle): number => (one.name === "programme" ? 0 : one.seen ? 1 : 2);
  return Array.from(found.values()).sort((a, b) => rank(a) - rank(b));
}

export function makeStage(recording: Recording): Stage {
  const angles = anglesOf(recording);
  const leader =
    angles.find((one) => one.name === "programme") ?? angles.find((one) => !one.seen) ?? angles[0] ?? null;
  const fps = angles.find((one) => one.seen)?.parts[0]?.fps || USUAL_FPS;
  const at = ref(0);
  const playing = ref(false);
  const speed = ref<number>(1);
  const muted = ref(false);
  const held = ref(false);
  const dark = shallowRef<ReadonlySet<string>>(new Set<string>());
  const films = new Map<string, HTMLVideoElement>();
  const shown = new WeakMap<HTMLVideoElement, Track>();
  const jumpedAt = new WeakMap<HTMLVideoElement, number>();

  const angleOf = (name: string): Angle | undefined => angles.find((one) => one.name === name);
  const partAt = (angle: Angle, second: number): Track | undefined =>
    angle.parts.find((one) => second >= one.start_s - 0.05 && second < one.start_s + one.duration_s + 0.05);

  function jump(video: HTMLVideoElement, seconds: number): void {
    jumpedAt.set(video, performance.now());
    video.currentTime = Math.max(seconds, 0);
  }

  /** Have a film show an instant; false where it has nothing. */
  function aim(angle: Angle, video: HTMLVideoElement, second: number): boolean {
    const part = partAt(angle, second);
    if (part === undefined) return false;
    if (shown.get(video) !== part) {
      shown.set(video, part);
      video.src = part.url;
    }
    jump(video, second - part.start_s);
    return true;
  }

  function darken(name: string, isDark: boolean): void {
    if (dark.value.has(name) === isDark) return;
    const next = new Set(dark.value);
    if (isDark) next.add(name);
    else next.delete(name);
    dark.value = next;
  }

  async function start(video: HTMLVideoElement): Promise<void> {
    try {
      await video.play();
      if (video === lead()) held.value = false;
    } catch (error) {
      if (video !== lead() || (error as DOMException).name !== "NotAllowedError") return;
      held.value = true;
      pause();
    }
  }

  const lead = (): HTMLVideoElement | undefined => (leader === null ? undefined : films.get(leader.name));

  function go(seconds: number): void {
    at.value = Math.min(Math.max(seconds, 0), recording.duration_s);
    for (const [name, video] of films) {
      const angle = angleOf(name);
      if (angle !== undefined) darken(name, !aim(angle, video, at.value));
    }
  }

  function play(): void {
    if (at.value >= recording.duration_s - 0.1) go(0);
    playing.value = true;
    const video = lead();
    if (video !== undefined) void start(video);
  }

  function pause(): void {
    playing.value = false;
    for (const video of films.values()) video.pause();
  }

  /** Keep the place; where the leader has a hole, go on behind it. */
  function lookAtLeader(video: HTMLVideoElement): void {
    const part = shown.get(video);
    if (part === undefined || leader === null) return;
    if (!video.seeking && video.readyState > 0) at.value = part.start_s + video.currentTime;
    video.playbackRate = speed.value;
    video.muted = muted.value;
    if (playing.value && video.ended) {
      const next = leader.parts.find((one) => one.start_s > part.start_s);
      if (next === undefined) pause();
      else go(next.start_s);
    } else if (playing.value && video.paused && !held.value) void start(video);
  }

  function follow(angle: Angle, video: HTMLVideoElement): void {
    const part = partAt(angle, at.value);
    darken(angle.name, part === undefined || video.error !== null);
    if (part === undefined) {
      video.pause();
      return;
    }
    if (shown.get(video) !== part) {
      aim(angle, video, at.value);
      return;
    }
    const away = video.currentTime - (at.value - part.start_s);
    if (!playing.value) {
      video.pause();
      if (Math.abs(away) > 0.001 && !video.seeking) jump(video, at.value - part.start_s);
      return;
    }
    const leads = lead();
    if (leads !== undefined && (leads.seeking || leads.readyState < 3)) {
      video.pause(); // wait for it
      return;
    }
    if (video.paused) void start(video);
    const mayJump = performance.now() - (jumpedAt.get(video) ?? 0) > AGAIN_MS && !video.seeking;
    if (Math.abs(away) > FAR_S && mayJump) jump(video, at.value - part.start_s + 0.1 * speed.value);
    const haste = Math.abs(away) < NEAR_S ? 0 : Math.max(-HASTE_MOST, Math.min(HASTE_MOST, -away * HASTE));
    video.playbackRate = speed.value * (1 + haste);
  }

  const timer = window.setInterval(() => {
    const leads = lead();
    if (leads === undefined) return;
    lookAtLeader(leads);
    for (const [name, video] of films) {
      const angle = angleOf(name);
      if (angle !== undefined && video !== leads) follow(angle, video);
    }
  }, TICK_MS);

  return {
    angles,
    leader,
    lengthS: recording.duration_s,
    fps,
    at,
    playing,
    speed,
    muted,
    held,
    dark,
    attach(name, video) {
      const angle = angleOf(name);
      if (angle === undefined || films.get(name) === video) return;
      films.set(name, video);
      video.muted = angle !== leader;
      darken(name, !aim(angle, video, at.value));
    },
    detach(name) {
      films.delete(name);
    },
    go,
    step(pictures) {
      pause();
      go((Math.floor(at.value * fps + 0.01) + pictures + 0.5) / fps);
    },
    play,
    pause,
    end() {
      window.clearInterval(timer);
      pause();
    },
  };
}

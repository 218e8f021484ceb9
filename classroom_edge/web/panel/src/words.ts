/** Everything the panel says, in the language of whoever stands before it. */

import { computed, inject, provide, ref, watchEffect, type InjectionKey, type Ref } from "vue";

import en from "../../../words/panel.en.json";
import zh from "../../../words/panel.zh-CN.json";
import type { Words } from "./room";

export type Language = "zh-CN" | "en";
export type WordKey = keyof typeof zh;

const CATALOGUES: Record<Language, Record<WordKey, string>> = { "zh-CN": zh, en };
const REMEMBERED = "classroom-edge.language";

export interface Speech {
  language: Readonly<Ref<Language>>;
  choose(language: Language): void;
  /** Text of a key, `{placeholders}` filled. */
  say(key: WordKey, values?: Record<string, string | number>): string;
  /** Text of a key that may not exist, such as a device's own word for an input. */
  sayIfKnown(key: string, otherwise: string): string;
  /** The right one of texts that came from the daemon. */
  pick(words: Words): string;
  /** Names one after the other. */
  list(names: string[]): string;
  duration(seconds: number): string;
  bytes(count: number): string;
  timeLeft(seconds: number): string;
  ago(seconds: number): string;
  /** A day of the school's calendar, whatever zone this browser is in. */
  day(at: string | number, parts: Intl.DateTimeFormatOptions): string;
  /** The time of the school's clock: "08:05". */
  hour(at: string | number): string;
}

/** What a room says of itself to those who speak for it. */
interface Local {
  language: string;
  timezone: string;
}

/** Speak the language chosen on this panel, else the room's, else the browser's; tell its time. */
export function speech(room: () => Local | null | undefined = () => null): Speech {
  const browsers = navigator.language.startsWith("zh") ? "zh-CN" : "en";
  const chosen = ref(remembered());
  const language = computed<Language>(
    () => chosen.value ?? ((room()?.language ?? browsers) === "en" ? "en" : "zh-CN"),
  );
  watchEffect(() => {
    document.documentElement.lang = language.value;
  });

  const say = (key: WordKey, values: Record<string, string | number> = {}): string =>
    CATALOGUES[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
      String(values[name] ?? whole),
    );

  return {
    language,
    choose(next) {
      chosen.value = next;
      remember(next);
    },
    say,
    sayIfKnown: (key, otherwise) => (key in zh ? say(key as WordKey) : otherwise),
    pick: (words) => words[language.value] ?? words["en"] ?? Object.values(words)[0] ?? "",
    list: (names) => names.join(say("names.apart")),
    duration: clockTime,
    bytes: (count) =>
      count < 1e9 ? `${Math.round(count / 1e6)} MB` : `${(count / 1e9).toFixed(1)} GB`,
    timeLeft: (seconds) =>
      seconds < 3600
        ? say("time.minutes", { n: Math.floor(seconds / 60) })
        : say("time.hours", { n: Math.floor(seconds / 3600) }),
    ago: (seconds) =>
      seconds < 60
        ? say("time.seconds-ago", { n: Math.max(0, Math.floor(seconds)) })
        : seconds < 3600
          ? say("time.minutes-ago", { n: Math.floor(seconds / 60) })
          : say("time.hours-ago", { n: Math.floor(seconds / 3600) }),
    day: (at, parts) =>
      new Date(at).toLocaleDateString(language.value, { timeZone: room()?.timezone, ...parts }),
    hour: (at) =>
      new Date(at).toLocaleTimeString("en-GB", {
        timeZone: room()?.timezone,
        hour: "2-digit",
        minute: "2-digit",
      }),
  };
}

const SPEECH: InjectionKey<Speech> = Symbol("speech");

export function provideSpeech(spoken: Speech): void {
  provide(SPEECH, spoken);
}

export function useSpeech(): Speech {
  const spoken = inject(SPEECH);
  if (spoken === undefined) throw new Error("no speech provided");
  return spoken;
}

/** 5025 -> "01:23:45" */
export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pair = (n: number): string => String(n).padStart(2, "0");
  return `${pair(Math.floor(whole / 3600))}:${pair(Math.floor(whole / 60) % 60)}:${pair(whole % 60)}`;
}

function remembered(): Language | null {
  try {
    const found = window.localStorage.getItem(REMEMBERED);
    return found === "zh-CN" || found === "en" ? found : null;
  } catch {
    return null; // storage may be forbidden; then the room's language it is
  }
}

function remember(language: Language): void {
  try {
    window.localStorage.setItem(REMEMBERED, language);
  } catch {
    // the choice lasts as long as the page
  }
}

/** The choices of a question, as they are read out. */

import type { Quiz } from "./room";
import type { Speech } from "./words";

/** 0 -> "A" */
export const inLetters = (place: number): string => String.fromCharCode(65 + place);

/** What stands on each choice: its letter with its words, or true and false. */
export function labels(quiz: Quiz, spoken: Speech): string[] {
  if (quiz.choices.length === 0) return [spoken.say("quiz.true"), spoken.say("quiz.false")];
  return quiz.choices.map((choice, place) =>
    choice === inLetters(place) ? choice : `${inLetters(place)}. ${choice}`,
  );
}

/** Press and hold to move a camera. Letting go, leaving or losing the page stops it. */

import { onBeforeUnmount } from "vue";

const REPEAT_MS = 400; // the camera stops by itself when these cease

export interface Move {
  pan: number;
  tilt: number;
  zoom: number;
}

/** What is moved: each push lasts a moment. */
export interface Driven {
  push(move: Move): Promise<unknown>;
  stop(): void;
}

export interface Drive {
  begin(driven: Driven, move: Move): void;
  end(): void;
}

export function useDrive(): Drive {
  let moving: Driven | null = null;
  let underWay: Promise<void> | null = null;
  let timer = 0;

  function begin(driven: Driven, move: Move): void {
    end();
    moving = driven;
    const push = (): void => {
      if (underWay !== null) return; // a slow line gets fewer, never a queue of them
      underWay = driven.push(move).then(() => {
        underWay = null;
      });
    };
    push();
    timer = window.setInterval(push, REPEAT_MS);
  }

  function end(): void {
    window.clearInterval(timer);
    if (moving === null) return;
    const driven = moving;
    moving = null;
    driven.stop();
    void underWay?.then(() => driven.stop()); // a push that was under way may arrive behind the stop
  }

  const hidden = (): void => {
    if (document.hidden) end();
  };
  window.addEventListener("blur", end);
  window.addEventListener("pointerup", end);
  window.addEventListener("pointercancel", end);
  document.addEventListener("visibilitychange", hidden);
  onBeforeUnmount(() => {
    end();
    window.removeEventListener("blur", end);
    window.removeEventListener("pointerup", end);
    window.removeEventListener("pointercancel", end);
    document.removeEventListener("visibilitychange", hidden);
  });
  return { begin, end };
}

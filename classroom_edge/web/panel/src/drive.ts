/** Press and hold to move a camera. Letting go, leaving or losing the page stops it. */

import { onBeforeUnmount } from "vue";

import type { Panel } from "./panel";

const REPEAT_MS = 400; // the camera stops by itself when these cease

export interface Move {
  pan: number;
  tilt: number;
  zoom: number;
}

export interface Drive {
  begin(camera: string, move: Move): void;
  end(): void;
}

export function useDrive(panel: Panel): Drive {
  let moving: string | null = null;
  let underWay: Promise<void> | null = null;
  let timer = 0;

  function begin(camera: string, move: Move): void {
    end();
    moving = camera;
    const push = (): void => {
      if (underWay !== null) return; // a slow line gets fewer, never a queue of them
      underWay = panel.nudge(`${address(camera)}/drive`, move).then(() => {
        underWay = null;
      });
    };
    push();
    timer = window.setInterval(push, REPEAT_MS);
  }

  function end(): void {
    window.clearInterval(timer);
    if (moving === null) return;
    const camera = moving;
    moving = null;
    const stop = (): void => void panel.send(`${address(camera)}/stop`);
    stop();
    void underWay?.then(stop); // a push that was still under way may arrive behind the stop
  }

  const address = (camera: string): string =>
    `/api/v1/devices/${encodeURIComponent(camera)}/pan-tilt-zoom`;

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

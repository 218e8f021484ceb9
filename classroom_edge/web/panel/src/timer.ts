/** The timer: what is on disk, and not a moment more. */

import type { RecordingView } from "./room";

const CATCH_UP_S = 3; // further behind than this, it jumps

/** Runs evenly between the reports of the disk, which come in bursts, and never ahead of them. */
export class DiskTimer {
  private id = "";
  private shown = 0;
  private atMs = 0;

  /** Give the seconds to show at `nowMs` (any steady clock). */
  read(recording: RecordingView, nowMs: number): number {
    const passed = (nowMs - this.atMs) / 1000;
    const behind = recording.seconds_on_disk - this.shown;
    const jump = recording.id !== this.id || behind < 0 || behind > CATCH_UP_S;
    this.shown = jump ? recording.seconds_on_disk : this.shown + Math.min(behind, passed);
    this.id = recording.id;
    this.atMs = nowMs;
    return this.shown;
  }
}

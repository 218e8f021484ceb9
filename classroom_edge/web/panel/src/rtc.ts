/** A call with the room's relay by WebRTC: our offer goes by a POST, and its answer comes back.
 *
 * Source: W3C WebRTC 1.0; its Extensions (jitterBufferTarget).
 */

import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { nudge, post, Refusal } from "./http";
import type { Words } from "./room";

const GATHERING_MS = 1500; // for the addresses of this machine
const PATIENCE_MS = 4000; // a connection may waver so long
const ANSWER_MS = 8000;
const AGAIN_MS = [500, 1000, 2000, 4000];
const BUFFER_MS = 300; // of sound and picture: lossy lines are repaired within

export type CallState = "idle" | "calling" | "connected" | "waiting";

export interface Call {
  state: Ref<CallState>;
  /** Why there is no answer; empty when there is one, or nobody knows. */
  why: ShallowRef<Words>;
  /** What comes. */
  stream: ShallowRef<MediaStream>;
  /** Begin, and begin again after every loss until `end`. `own` is what we send. */
  begin(own: MediaStream | null): void;
  /** Send something else from now on; null = nothing of that kind. */
  send(kind: "audio" | "video", track: MediaStreamTrack | null): void;
  end(): void;
}

interface Answer {
  sdp: string;
  name?: string;
}

/** Call at `path`; `bye` is where one says goodbye, given what was answered. */
export function makeCall(path: string, bye: (answer: Answer) => string): Call {
  const state = ref<CallState>("idle");
  const why = shallowRef<Words>({});
  const stream = shallowRef(new MediaStream());
  let own: MediaStream | null = null;
  let connection: RTCPeerConnection | null = null;
  let answered: Answer | null = null;
  let tries = 0;
  let timer = 0;

  function listen(pc: RTCPeerConnection): void {
    const coming = new MediaStream();
    pc.ontrack = ({ track, receiver }) => {
      (receiver as { jitterBufferTarget?: number | null }).jitterBufferTarget = BUFFER_MS;
      coming.addTrack(track);
      stream.value = new MediaStream(coming.getTracks());
    };
    pc.onconnectionstatechange = () => {
      if (pc !== connection) return;
      window.clearTimeout(timer);
      if (pc.connectionState === "connected") {
        [state.value, tries] = ["connected", 0];
      } else if (pc.connectionState === "failed") {
        again();
      } else if (pc.connectionState === "disconnected") {
        timer = window.setTimeout(again, PATIENCE_MS);
      }
    };
  }

  async function connect(): Promise<void> {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    connection = pc;
    listen(pc);
    for (const kind of ["audio", "video"] as const) {
      const track = own?.getTracks().find((one) => one.kind === kind);
      const direction = own === null ? "recvonly" : "sendrecv";
      understood(pc.addTransceiver(track ?? kind, { direction }), kind);
    }
    try {
      await pc.setLocalDescription(await pc.createOffer());
      await gathered(pc);
      const sdp = pc.localDescription?.sdp ?? "";
      const answer = (await post(path, { sdp }, ANSWER_MS)) as Answer;
      if (pc !== connection) return;
      answered = answer;
      await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      why.value = {};
    } catch (error) {
      if (pc !== connection) return;
      why.value = error instanceof Refusal ? error.words : {};
      again();
    }
  }

  function hangUp(): void {
    window.clearTimeout(timer);
    const before = connection;
    connection = null;
    before?.close();
    stream.value = new MediaStream();
  }

  function again(): void {
    hangUp();
    state.value = "waiting";
    const pause = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
    tries += 1;
    timer = window.setTimeout(() => void connect(), pause);
  }

  return {
    state,
    why,
    stream,
    begin(sent) {
      [own, tries, state.value] = [sent, 0, "calling"];
      void connect();
    },
    send(kind, track) {
      const sender = connection
        ?.getTransceivers()
        .find((one) => one.receiver.track.kind === kind)?.sender;
      void sender?.replaceTrack(track);
    },
    end() {
      hangUp();
      state.value = "idle";
      if (answered !== null) void nudge(bye(answered), {}).catch(() => undefined);
      answered = null;
    },
  };
}

/** Ask for what the relay speaks: H.264 and Opus. Old browsers offer them anyway. */
function understood(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const known = RTCRtpReceiver.getCapabilities?.(kind)?.codecs ?? [];
  const wanted = /^(video\/(H264|rtx)|audio\/(opus|red))$/i;
  const ours = known.filter((codec) => wanted.test(codec.mimeType));
  if (ours.length > 0) transceiver.setCodecPreferences?.(ours);
}

function gathered(pc: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      if (pc.iceGatheringState === "complete") resolve();
    };
    pc.addEventListener("icegatheringstatechange", done);
    window.setTimeout(resolve, GATHERING_MS);
    done();
  });
}

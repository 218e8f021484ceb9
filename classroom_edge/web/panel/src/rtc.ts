/** A call with the room's relay by WebRTC, begun as WHIP does it.
 *
 * Source: W3C WebRTC 1.0; its Extensions (jitterBufferTarget); RFC 9725.
 */

import { ref, shallowRef, type Ref, type ShallowRef } from "vue";

import { goodbye, offer, Refusal } from "./http";
import type { Words } from "./room";

const GATHERING_MS = 1500; // for the addresses of this machine
const PATIENCE_MS = 4000; // a connection may waver so long
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

/** Call at `path`; `servers` tells of TURN servers by which it is reached, too. */
export function makeCall(path: string, servers: () => Promise<RTCIceServer[]> = async () => []): Call {
  const state = ref<CallState>("idle");
  const why = shallowRef<Words>({});
  const stream = shallowRef(new MediaStream());
  let own: MediaStream | null = null;
  let connection: RTCPeerConnection | null = null;
  let byeAt = "";
  let tries = 0;
  let known = false; // it was connected once
  let timer = 0;
  let attempt = 0;

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
        [state.value, tries, known] = ["connected", 0, true];
      } else if (pc.connectionState === "failed") {
        again();
      } else if (pc.connectionState === "disconnected") {
        timer = window.setTimeout(again, PATIENCE_MS);
      }
    };
  }

  async function connect(): Promise<void> {
    const mine = (attempt += 1);
    const iceServers = await servers().catch(() => []);
    if (mine !== attempt || state.value === "idle") return;
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers });
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
      const answered = await offer(path, pc.localDescription?.sdp ?? "");
      if (pc !== connection) return;
      byeAt = answered.at;
      await pc.setRemoteDescription({ type: "answer", sdp: answered.sdp });
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
    state.value = known ? "waiting" : "calling";
    const pause = AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)];
    tries += 1;
    timer = window.setTimeout(() => void connect(), pause);
  }

  return {
    state,
    why,
    stream,
    begin(sent) {
      [own, tries, known, state.value] = [sent, 0, false, "calling"];
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
      if (byeAt !== "") goodbye(byeAt);
      byeAt = "";
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

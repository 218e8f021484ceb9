/** The cameras and microphones of whoever sits before this page. */

import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from "vue";

export type Trouble = "insecure" | "denied" | "none" | "busy" | "";

export interface OwnDevices {
  stream: ShallowRef<MediaStream | null>;
  trouble: Ref<Trouble>;
  cameras: ComputedRef<MediaDeviceInfo[]>;
  microphones: ComputedRef<MediaDeviceInfo[]>;
  camera: Ref<string>;
  microphone: Ref<string>;
  /** Ask for camera and microphone; without a camera, for the microphone alone. */
  open(): Promise<void>;
  close(): void;
}

const OF_ERROR: Record<string, Trouble> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "none",
  OverconstrainedError: "none",
  NotReadableError: "busy",
  AbortError: "busy",
};

export function makeDevices(): OwnDevices {
  const stream = shallowRef<MediaStream | null>(null);
  const trouble = ref<Trouble>("");
  const all = shallowRef<MediaDeviceInfo[]>([]);
  const camera = ref("");
  const microphone = ref("");
  const of = (kind: MediaDeviceKind): ComputedRef<MediaDeviceInfo[]> =>
    computed(() => all.value.filter((one) => one.kind === kind && one.deviceId !== ""));

  const picture = (): MediaTrackConstraints => ({
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 25, max: 30 },
    ...(camera.value === "" ? {} : { deviceId: { exact: camera.value } }),
  });
  const sound = (): MediaTrackConstraints => ({
    echoCancellation: true,
    noiseSuppression: true,
    ...(microphone.value === "" ? {} : { deviceId: { exact: microphone.value } }),
  });

  function close(): void {
    stream.value?.getTracks().forEach((track) => track.stop());
    stream.value = null;
  }

  async function ask(video: MediaTrackConstraints | false): Promise<void> {
    stream.value = await navigator.mediaDevices.getUserMedia({ video, audio: sound() });
    all.value = await navigator.mediaDevices.enumerateDevices();
    const [track] = stream.value.getVideoTracks();
    camera.value = track?.getSettings().deviceId ?? "";
    microphone.value = stream.value.getAudioTracks()[0]?.getSettings().deviceId ?? "";
  }

  async function open(): Promise<void> {
    close();
    // Browsers hide cameras from pages that came over plain HTTP.
    if ((navigator.mediaDevices as MediaDevices | undefined) === undefined) {
      trouble.value = "insecure";
      return;
    }
    try {
      await ask(picture());
      trouble.value = "";
    } catch (error) {
      trouble.value = OF_ERROR[(error as DOMException).name] ?? "none";
      if (trouble.value === "none") await ask(false).catch(() => undefined);
    }
  }

  return { stream, trouble, cameras: of("videoinput"), microphones: of("audioinput"), camera, microphone, open, close };
}

/** The room as the daemon tells it: the JSON of `classroom_edge/room.py`, field for field. */

export type Words = Record<string, string>;

export interface ValueView {
  value: string | number | boolean;
  source: "pushed" | "polled" | "assumed";
  at: string;
}

export interface LockoutView {
  capability: string;
  until: string;
  reason: string;
}

export interface DeviceView {
  id: string;
  name: string;
  driver: string;
  availability: "connecting" | "online" | "degraded" | "offline" | "auth-failed";
  capabilities: string[];
  values: Record<string, ValueView>;
  choices: Record<string, string[]>;
  lockouts: LockoutView[];
  problem: string;
}

export interface TrackingView {
  state: "off" | "following" | "searching" | "yielding";
  until: string | null;
}

export interface SourceView {
  id: string;
  name: string;
  picture: boolean;
  sound: boolean;
  state: "starting" | "live" | "lost";
  problem: string;
  camera: string | null;
  tracking: TrackingView | null;
  seen: "" | "frozen" | "black";
  small: "" | "live" | "lost";
}

export interface LayoutView {
  name: string;
  title: Words;
  slots: number;
}

export interface SoundView {
  source: string;
  gain_db: number;
  muted: boolean;
  delay_ms: number;
  channels: "stereo" | "left" | "right" | "mono";
  high_pass_hz: number;
  in_programme: boolean;
  spare_of: string;
  stands_in: "" | "dead" | "faint";
}

export interface MultiviewView {
  sources: string[];
  columns: number;
  rows: number;
}

export interface ProgrammeView {
  layout: string;
  sources: string[];
  layouts: LayoutView[];
  state: "starting" | "live" | "lost";
  titles: TitlesView;
  cards: string[];
  multiview: MultiviewView | null;
  encoder: string;
  load: "" | "spare" | "quicker" | "quickest" | "half";
  sounds: SoundView[];
  directing: "hand" | "auto";
  reason: Words;
  held_until: string | null;
  making: "" | "encoding" | "passing";
}

export interface TitlesView {
  name: string;
  subject: string;
  subtitle: string;
  card: string;
}

export interface TrackView {
  name: string;
  state: "writing" | "waiting" | "lost" | "disk-full";
  seconds_on_disk: number;
  bytes_on_disk: number;
}

export interface RecordingView {
  state: "idle" | "recording" | "paused" | "stopping" | "finishing";
  light: boolean;
  id: string;
  title: string;
  started_at: string | null;
  seconds_on_disk: number;
  bytes_on_disk: number;
  marks: number;
  tracks: TrackView[];
  undo_until: string | null;
  limit_s: number;
  ends_at: string | null;
  pre_roll_s: number;
  last_id: string;
}

export interface StepView {
  device: string;
  name: string;
  action: Words;
  state: "waiting" | "running" | "done" | "unchanged" | "failed" | "skipped";
  problem: Words;
}

export interface RoutineView {
  name: string;
  title: Words;
  state: "idle" | "running" | "done" | "failed";
  steps: StepView[];
  ready_at: string | null;
}

export interface ActionView {
  title: Words;
  path: string;
  body: Record<string, unknown>;
}

export interface ProblemView {
  code: string;
  severity: "warning" | "error";
  subject: string;
  what: Words;
  effect: Words;
  action: ActionView;
  since: string;
}

export interface StorageView {
  free_bytes: number;
  seconds_left: number | null;
}

export interface Member {
  id: string;
  name: string;
  role: "hub" | "site" | "guest" | "observer" | "assistant";
  present: boolean;
  dark: boolean;
  hand_at_ns: number;
}

export interface ChatLine {
  number: number;
  by: string;
  name: string;
  text: string;
}

export interface Quiz {
  number: number;
  question: string;
  /** Empty: true (0) or false (1). */
  choices: string[];
  is_open: boolean;
  votes: { member: string; choice: number }[];
  /** Empty while they are not to be seen. */
  counts: number[];
}

/** A camera that a room lends. */
export interface LentCamera {
  id: string;
  name: string;
  presets: string[];
}

/** A room lets somebody turn its cameras until the lease ends, in hub time. */
export interface Grant {
  room: string;
  to: string;
  until_ns: number;
  cameras: LentCamera[];
}

export interface Session {
  id: string;
  title: string;
  kind: "delivery" | "master" | "online";
  style: "interactive" | "live" | "recorded" | "seminar" | "observation";
  stage: "planned" | "opening" | "open" | "paused" | "closing" | "ended";
  members: Member[];
  floor: { member: string }[];
  grants: Grant[];
  /** Who waits for a room's answer, asked for its cameras. */
  wishes: { room: string; by: string }[];
  opens_at_ns: number;
  chat: ChatLine[];
  quiz: Quiz | null;
}

export interface LinkView {
  role: "hub" | "site";
  linked: string[];
  sessions: Session[];
  here: string;
  /** How far hub time is before the room's. */
  ahead_s: number;
}

/** How it goes with picture and sound, peer by peer. */
export interface LiveView {
  peers: {
    peer: string;
    name: string;
    state: "connecting" | "connected" | "lost";
    /** How it goes, in words. */
    quality: Words;
    rung: string;
    /** The source by which this room sees and hears it. */
    source: string;
    receiving: boolean;
  }[];
  /** Peers that everybody hears: who has the floor. */
  voices: string[];
  chosen: { because: Words; undo: ActionView } | null;
}

export interface BroadcastView {
  state: "off" | "starting" | "on" | "lost";
  title: string;
  viewers: number;
  page: string;
}

/** A screen of the room, and what is played on it. */
export interface ScreenView {
  id: string;
  name: string;
  /** "page": nothing can be played on it; it shows lessons with other schools. */
  state: "page" | "unable" | "idle" | "opening" | "playing" | "paused" | "ended" | "failed";
  title: string;
  at_s: number;
  length_s: number;
  volume: number;
  problem: Words;
  shows: "lesson" | "schools";
  sound: boolean;
}

/** Something that is made of a recording. */
export interface RenderView {
  number: number;
  recording: string;
  edit: string;
  kind: "film" | "package" | "sound" | "slides";
  state: "waiting" | "working" | "failed";
  share: number;
  left_s: number | null;
  problem: Words;
}

/** A film of a lesson with another room that is still to come. */
export interface Missing {
  film: string;
  title: string;
  began_at: string;
  state: string;
  left_bytes: number;
  all_bytes: number;
  left_s: number | null;
}

export interface JobView {
  kind: "prepare" | "record" | "live" | "stop" | "off-air" | "tidy";
  at: string;
  state: "waiting" | "begun" | "done" | "failed" | "missed" | "skipped" | "void";
  /** Of the routine. */
  name: string;
  why: Words;
}

/** Times are in the school's zone: "2027-03-01T08:20:00+08:00". */
export interface LessonView {
  id: string;
  title: string;
  classes: string[];
  teachers: string[];
  starts_at: string;
  ends_at: string;
  state: "coming" | "now" | "over" | "off";
  why: Words;
  recorded: boolean;
  jobs: JobView[];
}

/** What the room does by itself when there is no lesson. */
export interface ChoreView {
  kind: "night" | "idle" | "shutdown" | "boot";
  at: string;
  state: "coming" | "warning" | "waits" | "begun" | "done" | "skipped" | "missed" | "failed" | "void";
  why: Words;
}

export interface DayView {
  date: string;
  heading: Words;
  /** At the instant `real` the timetable's clock showed `shown`; it runs at `speed`. */
  time: { real: string; shown: string; speed: number };
  lessons: LessonView[];
  now: string;
  next: LessonView | null;
  waiting: string;
  undo: Words;
  held: Words;
  chores: ChoreView[];
  /** A person wants everything left on. */
  stays_until: string | null;
  quiet_until: string | null;
}

/** A platform of others that the programme is sent to, or could be. */
export interface PushView {
  id: string;
  name: string;
  /** Without what is secret in it. */
  address: string;
  state: "off" | "connecting" | "on" | "waiting";
  problem: Words;
  /** By people, who may remove it; others stand in room.toml. */
  added: boolean;
}

export interface RoomState {
  version: number;
  at: string;
  id: string;
  name: string;
  language: string;
  /** Of the school's clock, as IANA names it. */
  timezone: string;
  pushes: PushView[];
  devices: DeviceView[];
  sources: SourceView[];
  programme: ProgrammeView;
  recording: RecordingView;
  routines: RoutineView[];
  problems: ProblemView[];
  storage: StorageView;
  profile: "studio" | "routine";
  link: LinkView | null;
  live: LiveView | null;
  broadcast: BroadcastView | null;
  day: DayView | null;
  missing: Missing[];
  screens: ScreenView[];
  renders: RenderView[];
}

export interface LevelView {
  source: string;
  rms_db: number;
  peak_db: number;
  clipped: boolean;
  momentary_lufs: number | null;
  integrated_lufs: number | null;
  true_peak_db: number | null;
}

/** A recording as the library lists it. */
export interface Listed {
  id: string;
  title: string;
  started_at: string;
  duration_s: number;
  state: string;
  bytes: number;
  /** An address; "" while there is none. */
  thumbnail: string;
  gaps: number;
  /** What is wrong with its manifest, by language; empty where nothing is. */
  problem: Record<string, string>;
}

/** What the player needs of a manifest. */
export interface Manifest {
  id: string;
  state: string;
  title: string;
  started_at: string;
  duration_s: number;
  tracks: { name: string; kind: string; file: string; bytes: number }[];
  gaps: { track: string; length_s: number; reason: string }[];
  marks: { at_s: number; text: string }[];
  /** Pages of slides; one that comes back keeps its number. */
  chapters: { start_s: number; page: number; picture_url: string }[];
  /** A micro-lesson without its silent ends; its url is "" where nothing was trimmed. */
  lesson: {
    from_s: number;
    to_s: number;
    problem: "" | "no-speech" | "mostly-silent" | "not-made";
    url: string;
  } | null;
  thumbnail: string;
}

/** Drawn on a 24 x 24 grid for this panel: outlines of 2, filled where `solid`. */

interface Drawing {
  path: string;
  solid?: boolean;
}

export const ICONS = {
  record: { path: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z", solid: true },
  pause: { path: "M7 4h3.5v16H7zM13.5 4H17v16h-3.5z", solid: true },
  play: { path: "M8 4.5v15l12-7.5z", solid: true },
  stop: { path: "M5.5 5.5h13v13h-13z", solid: true },
  flag: { path: "M6 21V4M6 4.5c4-2 8 2 12.5 0v9c-4.5 2-8.5-2-12.5 0" },
  camera: { path: "M3.5 7.500h11v9h-11zM14.5 11l6-3v8l-6-3" },
  devices: { path: "M3.5 5h13v9.500h-13zM10 14.500v4M6.5 18.500h6M18.5 9.500h2.500v9h-5v-1.5" },
  film: { path: "M3.5 5h17v14h-17zM7.5 5v14M16.5 5v14M3.5 9.700h4M3.5 14.300h4M16.5 9.700h4M16.5 14.300h4" },
  warning: { path: "M12 4 2.8 19.500h18.400zM12 10v4.500M12 16.800v.4" },
  alarm: { path: "M8.3 3.500h7.400l4.8 4.800v7.400l-4.8 4.800H8.300l-4.8-4.800V8.300zM12 7.500v5.500M12 16.200v.4" },
  check: { path: "M4.5 12.500l5 5 10-11" },
  cross: { path: "M6 6l12 12M18 6 6 18" },
  plus: { path: "M12 5v14M5 12h14" },
  minus: { path: "M5 12h14" },
  arrow: { path: "M12 20V5M5.5 11 12 4.5 18.5 11" },
  chevrons: { path: "M5 6l6 6-6 6M13 6l6 6-6 6" },
  next: { path: "M9 5.5 15.5 12 9 18.5" },
  disk: { path: "M4 13.500h16v6H4zM4 13.5 7 4.500h10l3 9M16.5 16.500h.4" },
  network: { path: "M3 9.500c5-5 13-5 18 0M6.3 13c3.2-3.2 8.2-3.2 11.4 0M9.5 16.300c1.4-1.4 3.6-1.4 5 0M12 19.300v.2" },
  cut: { path: "M3 9.500c2-2 4.5-3.2 7-3.600M21 9.500c-1.4-1.4-3-2.4-4.7-3M9.5 16.300c1.4-1.4 3.6-1.4 5 0M12 19.300v.2M4 3.500l16 17" },
  volume: { path: "M4 9.500h3.500l4.5-4v13l-4.5-4H4zM15.5 9c1.6 1.6 1.6 4.4 0 6M18.3 6.300c3 3 3 8.4 0 11.4" },
  mute: { path: "M4 9.500h3.500l4.5-4v13l-4.5-4H4zM16 9.500l5 5M21 9.500l-5 5" },
  microphone: { path: "M12 3.500a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM5.5 11.500a6.5 6.5 0 0 0 13 0M12 18v3" },
  power: { path: "M12 3.500v8M7 6.300a7.5 7.5 0 1 0 10 0" },
  single: { path: "M3.5 5.500h17v13h-17z" },
  side: { path: "M3.5 5.500h17v13h-17zM12 5.500v13" },
  inset: { path: "M3.5 5.500h17v13h-17zM12.5 12.500h8M12.5 12.500v6" },
  beside: { path: "M3.5 5.500h17v13h-17zM15.5 5.500v13" },
  grid: { path: "M3.5 5.500h17v13h-17zM12 5.500v13M3.5 12h17" },
  composed: { path: "M3.5 5.500h17v13h-17zM6.500 9h5v6h-5zM14 8.500h3.500v7h-3.500z" },
  desk: { path: "M3.5 4.500h7.500v6H3.500zM13 4.500h7.500v6H13zM3.5 13h7.500v6.500H3.500zM13 13h7.500v6.500H13z" },
  faders: { path: "M6 4v16M12 4v16M18 4v16M3.500 15h5M9.500 8.500h5M15.500 13h5" },
  text: { path: "M5 7V5h14v2M12 5v14M9 19h6" },
  swap: { path: "M4 9h15M15 5l4 4-4 4M20 16H5M9 12l-4 4 4 4" },
  begin: { path: "M3.5 5h17v11.500h-17zM12 16.500v3.500M8 20h8M10 8l4.5 2.75L10 13.500z" },
  end: { path: "M13.5 4.500h-8v15h8M10 12h10.500M17 8.500l3.5 3.5-3.5 3.5" },
  routine: { path: "M4 6.500h3M10 6.500h10M4 12h3M10 12h10M4 17.500h3M10 17.500h10" },
  projector: { path: "M3.5 8h17v8h-17zM15.5 9.500a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM6.5 16v2.500M17.5 16v2.500M6.5 11h3" },
  display: { path: "M3 4.500h18v12H3zM8 20h8M12 16.500V20" },
  light: { path: "M12 3.500a6 6 0 0 1 3.5 10.900V17h-7v-2.600A6 6 0 0 1 12 3.500zM9.5 20.500h5" },
  box: { path: "M4 7.500h16v9H4zM7.5 12h.4M11 12h.4" },
  clock: { path: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 7.500V12l3 2.5" },
  save: { path: "M12 4v10.500M7.5 10.5 12 15l4.5-4.500M4.5 19.500h15" },
  closer: { path: "M10.5 4.500a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l5.5 5.500M10.5 8v5M8 10.500h5" },
  wider: { path: "M10.5 4.500a6 6 0 1 0 0 12 6 6 0 0 0 0-12zM15 15l5.5 5.500M8 10.500h5" },
  wait: { path: "M7 4h10M7 20h10M8 4c0 5 3.5 6 3.5 8S8 15 8 20M16 4c0 5-3.5 6-3.5 8s3.5 3 3.5 8" },
} satisfies Record<string, Drawing>;

export type IconName = keyof typeof ICONS;

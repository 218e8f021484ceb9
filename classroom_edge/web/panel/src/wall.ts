/** Lays pictures side by side on a screen, whichever way it is turned. */

const ASPECT = 16 / 9;
const WORTH = 1.2; // a wall is read in rows: a fifth more size, or it has more columns

/** How many columns show `count` pictures largest on a screen of that size, in pixels. */
export function columnsOf(count: number, size: { width: number; height: number }): number {
  const widthIn = (columns: number): number =>
    Math.min(size.width / columns, (size.height / Math.ceil(count / columns)) * ASPECT);
  let best = 1;
  for (let columns = 2; columns <= count; columns += 1) {
    if (widthIn(columns) * WORTH >= widthIn(best)) best = columns;
  }
  return best;
}

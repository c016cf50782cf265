// The sequential colours, from low to high.

import { colour } from "../core/theme.js";

export const STEPS = 9;

/** Step `at` of the sequential colours, of 0 to 8. */
export function ramp(at) {
  const [low, middle, high] = ["--ramp-low", "--ramp-middle", "--ramp-high"].map((name) =>
    channels(colour(name)),
  );
  const share = (at / (STEPS - 1)) * 2;
  return share <= 1 ? mix(low, middle, share) : mix(middle, high, share - 1);
}

/** A shade of the sequential colours for a share of 0 to 1. */
export function shade(share) {
  return ramp(Math.max(0, Math.min(1, share)) * (STEPS - 1));
}

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function mix(from, to, share) {
  return `rgb(${from.map((each, i) => Math.round(each + (to[i] - each) * share)).join(",")})`;
}

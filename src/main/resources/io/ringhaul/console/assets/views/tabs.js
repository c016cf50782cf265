// The tabs of a job, in their order. Each opens into an element and lasts until its signal ends.

import { openDetails } from "./details.js";
import { openOverview } from "./overview.js";
import { openPerformance } from "./performance.js";
import { openTasks } from "./tasks.js";
import { openTuning } from "./tuning.js";

export const TABS = {
  overview: { label: "Overview", open: openOverview },
  tasks: { label: "Tasks", open: openTasks },
  performance: { label: "Performance", open: openPerformance },
  tuning: { label: "Tuning", open: openTuning },
  details: { label: "Details", open: openDetails },
};

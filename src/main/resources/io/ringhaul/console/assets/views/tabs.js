// The tabs of a job, in their order. Each opens into an element and lasts until its signal ends.

import { openDetails } from "./details.js";
import { openBottlenecks } from "./bottlenecks.js";
import { openLatency } from "./latency.js";
import { openOverview } from "./overview.js";
import { openPartitions } from "./partitions.js";
import { openProfile } from "./profile.js";
import { openResources } from "./resources.js";
import { openStages } from "./stages.js";
import { openTimeline } from "./timeline.js";
import { openTuning } from "./tuning.js";

export const TABS = {
  overview: { label: "Overview", open: openOverview },
  timeline: { label: "Timeline", open: openTimeline },
  stages: { label: "Stages", open: openStages },
  latency: { label: "Latency", open: openLatency },
  resources: { label: "Resources", open: openResources },
  bottlenecks: { label: "Bottlenecks", open: openBottlenecks },
  tuning: { label: "Tuning", open: openTuning },
  partitions: { label: "Partitions", open: openPartitions },
  profile: { label: "Profile", open: openProfile },
  details: { label: "Details", open: openDetails },
};

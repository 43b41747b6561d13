/** Every text of the app in English; `zh.ts` must have the same keys with the same parameters, which the types check. */
export const en = {
  "app.name": "Greenway",

  "state.pending": "waiting",
  "state.generating": "writing",
  "state.completed": "ready",
  "state.partial": "{missing} missing",
  "state.failed": "failed",
  "state.learned": "learned",

  "artefact.tutorial": "tutorial",
  "artefact.resources": "resources",
  "artefact.quiz": "quiz",

  "ring.concept": "{name}: {state}",
  "ring.progress": "{completed} of {total} ready",

  "home.question": "What do you want to learn?",
  "home.placeholder": "SQL for data analysis, so that I can change jobs",
  "home.draft": "Draft a roadmap",
  "home.change": "change",
  "home.yours": "Your roadmaps",
  "home.search": "Search your roadmaps",
  "home.builtin": "Written by the built-in author: study plans, no model needed.",
  "home.connect": "Connect a model for full lessons on anything.",

  "progress.ready": "{completed} of {total} ready",
  "progress.writing": "{count} being written",
  "progress.minutes": "about {minutes} min left",
  "progress.reconnecting": "reconnecting …",
} as const;

export type MessageKey = keyof typeof en;

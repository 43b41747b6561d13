import type { MessageKey } from "./en";

/** Every text of the app in Chinese. */
export const zh: Record<MessageKey, string> = {
  "app.name": "Greenway",

  "state.pending": "等待中",
  "state.generating": "撰写中",
  "state.completed": "已就绪",
  "state.partial": "缺少{missing}",
  "state.failed": "失败",
  "state.learned": "已学会",

  "artefact.tutorial": "教程",
  "artefact.resources": "资源",
  "artefact.quiz": "测验",

  "ring.concept": "{name}:{state}",
  "ring.progress": "已就绪 {completed}/{total}",

  "home.question": "你想学什么?",
  "home.placeholder": "学习用于数据分析的 SQL,以便换工作",
  "home.draft": "起草路线图",
  "home.change": "更改",
  "home.yours": "你的路线图",
  "home.search": "搜索你的路线图",
  "home.builtin": "由内置作者撰写:学习计划,无需模型。",
  "home.connect": "连接模型即可获得任何主题的完整课程。",

  "progress.ready": "已就绪 {completed}/{total}",
  "progress.writing": "{count} 个撰写中",
  "progress.minutes": "约剩 {minutes} 分钟",
  "progress.reconnecting": "正在重新连接……",
};

// Words for what is not there: answers that did not come, and records that have not begun.
export const trouble = {
  "events.stale": ["Not all of this is answered: what you see below may belong to the question before.", "部分查询尚未返回：下方内容可能仍属于上一次查询。"],
  "overview.nothing": ["Nothing is recorded in this account yet.", "此账号还没有任何记录。"],
  "overview.nothing.how": ["Import files with “actiontrail import”, or let programs send events to /v1/events. Whoever signs in here is recorded too.", "可用 “actiontrail import” 导入文件，或让程序把事件发送到 /v1/events。登录控制台也会被记录。"],
  "overview.nothing.range": ["No event happened in this range.", "此时间范围内没有事件。"],
  "overview.nosource": ["No source has sent anything yet.", "还没有来源发送过事件。"],
} as const;

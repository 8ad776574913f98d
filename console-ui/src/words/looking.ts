// The words of looking closer: what is alike, what belongs together, what a field holds. English, then Simplified Chinese. Pure data.
export const looking = {
  "keys.similar": ["Only events like this; hide all like this (again: back)", "仅同类事件；隐藏同类事件（再按一次取消）"],
  "similar.only": ["Similar only", "仅同类"],
  "similar.hide": ["Hide similar", "隐藏同类"],
  "similar.sort": ["sort", "同类"],
} as const;

// The words of the places of addresses: English, then Simplified Chinese. Pure data.
export const places = {
  "places.title": ["Places", "地点"],
  "places.private": ["Private network", "私有网络"],
  "places.special": ["Reserved address (loopback, documentation and the like)", "保留地址（环回、文档示例等）"],
  "places.service": ["A service of the cloud", "云服务内部"],
  "places.unknown": ["Unknown", "未知"],
  "places.none": ["Countries and networks are told once the setting address_databases names a file.", "在设置 address_databases 中指定数据库文件后，即可显示国家/地区与网络。"],
  "places.by": ["As told by {what}", "依据 {what}"],
} as const;

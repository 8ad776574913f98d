// The questions that investigators ask, ready to run. Pure data; texts in English and in Chinese.
export interface Scene {
  id: string;
  name: [string, string];
  about: [string, string];
  query: string;
  chart?: string;
}

export const SCENES: readonly Scene[] = [
  { id: "writes-by-actor", name: ["Who changes most", "谁的变更最多"], about: ["Writes by actor", "按操作者统计写操作"], chart: "bar",
    query: 'eventRW: Write | select "userIdentity.userName" as actor, count(*) as changes group by actor order by changes desc limit 20' },
  { id: "denied", name: ["Who is refused what", "谁被拒绝了什么"], about: ["Denied calls by actor and operation", "按操作者与操作统计被拒绝的调用"],
    query: 'errorCode: NoPermission or errorCode: Forbidden* | select "userIdentity.userName" as actor, eventName, errorCode, count(*) as refused group by actor, eventName, errorCode order by refused desc limit 200' },
  { id: "keys", name: ["Keys and where they are used", "密钥及其使用位置"], about: ["Addresses of every long-lived key", "每个长期密钥的来源地址"],
    query: 'userIdentity.accessKeyId: LTAI* | select "userIdentity.accessKeyId" as access_key, sourceIpAddress as address, count(*) as calls, min(__time__) as first_time, max(__time__) as last_time group by access_key, address order by access_key, calls desc limit 500' },
  { id: "signins", name: ["Sign-ins", "登录"], about: ["Sign-ins by user, address and result", "按用户、地址与结果统计登录"],
    query: 'eventName: ConsoleSignin | select "userIdentity.userName" as actor, sourceIpAddress as address, errorCode as result, count(*) as signins group by actor, address, result order by signins desc limit 200' },
  { id: "per-day", name: ["Events per day", "每日事件"], about: ["How much happens, day by day", "每天发生多少事件"], chart: "line",
    query: "* | select toStartOfDay(fromUnixTimestamp(__time__)) as day_time, count(*) as events group by day_time order by day_time limit 400" },
  { id: "services", name: ["Services", "服务"], about: ["Events by service", "按服务统计事件"], chart: "pie", query: "* | select serviceName, count(*) as events group by serviceName order by events desc limit 12" },
  { id: "deleted", name: ["What was deleted", "删除了什么"], about: ["Deletions, the newest first", "删除操作，最新在前"],
    query: 'eventName: Delete* and not errorCode: * | select __time__, "userIdentity.userName" as actor, eventName, resourceName, sourceIpAddress order by __time__ desc limit 500' },
  { id: "permissions", name: ["Permissions given and taken", "权限的授予与收回"], about: ["Policies attached and detached", "权限策略的附加与分离"],
    query: 'eventName: AttachPolicy* or eventName: DetachPolicy* | select __time__, "userIdentity.userName" as actor, eventName, "requestParameters.PolicyName" as policy, resourceName as whom, errorCode order by __time__ desc limit 500' },
  { id: "root", name: ["The root account", "主账号"], about: ["Everything the root account did", "主账号的所有操作"],
    query: "userIdentity.type: root-account | select __time__, eventName, sourceIpAddress, errorCode order by __time__ desc limit 500" },
  { id: "new-today", name: ["Operations never called before this week", "本周首次出现的操作"], about: ["First calls within seven days", "七天内的首次调用"],
    query: '* | select "userIdentity.userName" as actor, eventName, min(__time__) as first_time, count(*) as calls group by actor, eventName having min(__time__) > toUnixTimestamp(now()) - 604800 order by first_time desc limit 300' },
];

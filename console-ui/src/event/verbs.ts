// The words of which sentences are made: verbs and nouns in English and Chinese. Pure data.

/** First word of an operation's name: what somebody did, in English and in Chinese. */
export const VERBS: Record<string, [string, string]> = {
  Accept: ["accepted", "接受了"], Activate: ["activated", "激活了"], Add: ["added to", "添加到"], Allocate: ["allocated", "分配了"],
  Apply: ["applied", "应用了"], Assign: ["assigned", "指派了"], Associate: ["associated", "绑定了"], Assume: ["took on", "扮演了"],
  Attach: ["attached", "挂载/授予了"], Authorize: ["opened", "放行了"], Bind: ["bound", "绑定了"], Cancel: ["cancelled", "取消了"],
  Change: ["changed", "更改了"], Check: ["checked", "检查了"], Clone: ["cloned", "克隆了"], Close: ["closed", "关闭了"], Copy: ["copied", "复制了"],
  Create: ["created", "创建了"], Deactivate: ["deactivated", "停用了"], Decrypt: ["decrypted with", "解密，使用"], Delete: ["deleted", "删除了"],
  Deploy: ["deployed", "部署了"], Deregister: ["deregistered", "注销了"], Describe: ["looked at", "查看了"], Detach: ["detached", "卸载/撤销了"],
  Disable: ["disabled", "禁用了"], Disassociate: ["disassociated", "解绑了"], Enable: ["enabled", "启用了"], Encrypt: ["encrypted with", "加密，使用"],
  Export: ["exported", "导出了"], Generate: ["generated", "生成了"], Get: ["read", "读取了"], Grant: ["granted", "授予了"], Head: ["looked at", "查看了"],
  Import: ["imported", "导入了"], Install: ["installed", "安装了"], Invoke: ["invoked", "调用了"], Join: ["joined", "加入了"], List: ["listed", "列出了"],
  Lock: ["locked", "锁定了"], Lookup: ["looked up", "查询了"], Modify: ["changed", "修改了"], Move: ["moved", "移动了"], Open: ["opened", "打开了"],
  Patch: ["changed", "修改了"], Post: ["posted", "提交了"], Publish: ["published", "发布了"], Put: ["wrote", "写入了"], Query: ["queried", "查询了"],
  Reboot: ["rebooted", "重启了"], Register: ["registered", "注册了"], Release: ["released", "释放了"], Remove: ["removed from", "移除自"],
  Renew: ["renewed", "续费了"], Replace: ["replaced", "替换了"], Reset: ["reset", "重置了"], Resize: ["resized", "调整了"], Restart: ["restarted", "重启了"],
  Restore: ["restored", "恢复了"], Resume: ["resumed", "恢复了"], Revoke: ["closed", "撤销了"], Run: ["launched", "启动了"], Schedule: ["scheduled", "计划了"],
  Search: ["searched", "搜索了"], Send: ["sent", "发送了"], Set: ["set", "设置了"], Start: ["started", "启动了"], Stop: ["stopped", "停止了"],
  Submit: ["submitted", "提交了"], Suspend: ["suspended", "暂停了"], Tag: ["tagged", "打标签于"], Test: ["tested", "测试了"], Transfer: ["transferred", "转移了"],
  Unassociate: ["disassociated", "解绑了"], Unbind: ["unbound", "解绑了"], Unlock: ["unlocked", "解锁了"], Untag: ["untagged", "去标签于"],
  Update: ["changed", "更新了"], Upgrade: ["upgraded", "升级了"], Upload: ["uploaded", "上传了"], Validate: ["validated", "校验了"], Verify: ["verified", "验证了"],
};

/** Nouns of operations, in Chinese. What is not here stays as the operation spells it. */
export const NOUNS: Record<string, string> = {
  instance: "实例", instances: "实例", "instance status": "实例状态", disk: "磁盘", disks: "磁盘", image: "镜像", images: "镜像", snapshot: "快照",
  snapshots: "快照", "security group": "安全组", "security groups": "安全组", regions: "地域", vpc: "专有网络", vpcs: "专有网络", "v switch": "交换机",
  "v switches": "交换机", "eip address": "弹性公网 IP", "eip addresses": "弹性公网 IP", "route entry": "路由条目", user: "用户", users: "用户", role: "角色",
  roles: "角色", policy: "权限策略", policies: "权限策略", "access key": "访问密钥", "access keys": "访问密钥", "login profile": "登录配置",
  "policy version": "权限策略版本", bucket: "存储桶", buckets: "存储桶", "bucket acl": "存储桶 ACL", "bucket info": "存储桶信息", "bucket location": "存储桶位置",
  "bucket lifecycle": "存储桶生命周期", "db instances": "数据库实例", "db instance attribute": "数据库实例属性", "slow logs": "慢日志", backups: "备份", backup: "备份",
  "account": "账号", "security ips": "IP 白名单", parameter: "参数", key: "密钥", keys: "密钥", secrets: "凭据", "secret value": "凭据值", "data key": "数据密钥",
  "load balancers": "负载均衡", "health status": "健康状态", "backend servers": "后端服务器", trail: "跟踪", trails: "跟踪", "trail status": "跟踪状态",
  logging: "跟踪", events: "事件", "account summary": "账号概要", "user basic infos": "用户信息", resources: "资源", "policies for user": "用户的权限策略",
  "caller identity": "自己的身份", console: "控制台",
};

/** Types of resources that say more than the operation's own words. */
export const TYPES: Record<string, [string, string]> = {
  "ACS::ECS::Instance": ["instance", "实例"], "ACS::ECS::Disk": ["disk", "磁盘"], "ACS::ECS::Snapshot": ["snapshot", "快照"],
  "ACS::ECS::SecurityGroup": ["security group", "安全组"], "ACS::RAM::User": ["user", "用户"], "ACS::RAM::Role": ["role", "角色"],
  "ACS::RAM::AccessKey": ["access key", "访问密钥"], "ACS::RAM::Policy": ["policy", "权限策略"], "ACS::OSS::Bucket": ["bucket", "存储桶"],
  "ACS::RDS::DBInstance": ["database", "数据库实例"], "ACS::KMS::Key": ["key", "密钥"], "ACS::KMS::Secret": ["secret", "凭据"],
  "ACS::SLB::LoadBalancer": ["load balancer", "负载均衡"], "ACS::ActionTrail::Trail": ["trail", "跟踪"], "ACS::VPC::VPC": ["VPC", "专有网络"],
  "ACS::VPC::VSwitch": ["vSwitch", "交换机"], "ACS::EIP::EipAddress": ["elastic IP", "弹性公网 IP"], "ACS::VPC::RouteTable": ["route table", "路由表"],
};

/** Through which channel, as it ends a sentence. */
export const CHANNELS: Record<string, [string, string]> = {
  console: ["in the console", "在控制台"], sdk: ["with an SDK", "通过 SDK"], cli: ["with the CLI", "通过 CLI"], terraform: ["with Terraform", "通过 Terraform"],
  service: ["by a cloud service", "由云服务"],
};

// Why a verification failed, in Chinese, by the English text that the proofs tell; `{}` stands for a value. Pure.
//
// Proofs say what is wrong in plain English, as the command does, and their cases are held to it. Here each text has its other language, as
// in a catalogue of messages; a test reads the texts from the proofs' source, and fails for one that is missing here or is told no more.
export const PROBLEMS: Readonly<Record<string, string>> = {
  // What was given
  "the file is empty": "文件为空",
  "the file is UTF-16 text, and evidence is UTF-8: give it as it came, not as an editor saved it": "文件为 UTF-16 文本，而证据为 UTF-8：请提供原始文件，而非编辑器另存的文件",
  "the file begins with a byte order mark: give it as it came, not as an editor saved it": "文件以字节顺序标记开头：请提供原始文件，而非编辑器另存的文件",
  "the file is a picture: give the file itself, not a screenshot of it": "文件是图片：请提供文件本身，而非截图",
  "the file is compressed: unpack it first": "文件已压缩：请先解压",
  "the file is a PDF": "文件是 PDF",
  "the file is no text": "文件不是文本",
  "the file is not UTF-8 text": "文件不是 UTF-8 文本",
  "the file is no JSON: it breaks off": "文件不是 JSON：内容中断",
  "the file is no JSON from line {} on": "文件自第 {} 行起不是 JSON",
  "the file is larger than evidence may be": "文件超过证据允许的大小",
  "not an evidence file: there is no checkpoint behind an empty line": "不是证据文件：空行之后没有检查点",
  "not an evidence file: its first line is not {}": "不是证据文件：首行不是 {}",
  "the checkpoint in the file is larger than one may be": "文件中的检查点过大",
  "line 2 (extra) is not base64": "第 2 行（extra）不是 base64",
  "the line with the index of the entry is missing": "缺少条目位置（index）一行",
  "the proof has more hashes than any tree needs": "证明的哈希数超过任何树所需",
  "hash {} of the proof is not 32 bytes in base64": "证明的第 {} 个哈希不是 base64 的 32 字节",
  "a hash in the file is not 32 bytes in base64": "文件中的某个哈希不是 base64 的 32 字节",
  "a hash of the proof is not base64": "证明中的某个哈希不是 base64",
  "a part of the evidence is not base64": "证据的某部分不是 base64",
  "this JSON is neither the evidence of two checkpoints nor a receipt": "此 JSON 既不是两个检查点的证据，也不是回执",
  // The record
  "the record is not in the file: it has no extra line": "文件中没有记录：缺少 extra 一行",
  "the record in the file is not compressed as it should be: the file was altered": "文件中的记录压缩方式不对：文件已被更改",
  "the record in the file is larger than a record may be": "文件中的记录超过记录允许的大小",
  "the log holds this entry, but it is no JSON": "日志包含此条目，但它不是 JSON",
  "the log holds this entry, but it is not the record of an event": "日志包含此条目，但它不是事件的记录",
  // The way up, and logs that grew
  "the way up ends at {}, and the signed root is {}: the record was altered": "向上计算得到 {}，而已签名的根为 {}：记录已被更改",
  "a log of {} entries has no entry {}": "含 {} 个条目的日志没有第 {} 个条目",
  "the proof has a hash too few": "证明缺少一个哈希",
  "the proof has a hash too many": "证明多出一个哈希",
  "the log had {} entries and now has {}: it got shorter": "日志原有 {} 个条目，现有 {} 个：日志变短了",
  "the log has the same size and another root: an entry was changed": "日志大小未变而根不同：有条目被更改",
  "the proof does not lead to the older root: an old entry was changed": "证明不能通向较旧的根：有旧条目被更改",
  "the proof does not lead to the newer root": "证明不能通向较新的根",
  "there are no entries {} to {} in a tree of {} entries": "没有第 {} 至 {} 个条目：树只有 {} 个条目",
  "the proof of entries {} to {} has a hash too few": "条目 {} 至 {} 的证明缺少一个哈希",
  "the proof of entries {} to {} has a hash too many": "条目 {} 至 {} 的证明多出一个哈希",
  "entries {} to {} are not in this tree of {} entries: the proof leads to another root": "条目 {} 至 {} 不在此含 {} 个条目的树中：证明通向另一个根",
  "the note is of another size or root than was remembered": "检查点的大小或根与所记住的不同",
  // Signatures and keys
  "a note with a control character in it": "签名文本中含控制字符",
  "a note without signatures": "签名文本没有签名",
  "a note with {} signatures": "签名文本有 {} 个签名，过多",
  "not a signature line: {}": "不是签名行：{}",
  "not a verifier key; it reads name+0123abcd+base64": "不是验证密钥；格式为 name+0123abcd+base64",
  "the verifier key is not an Ed25519 key, which is the only kind that a browser checks here": "验证密钥不是 Ed25519 密钥，此处浏览器只能验证这一种",
  "the verifier key does not agree with its own id": "验证密钥与其自身的标识不符",
  "the signature is false: the note was altered, or not signed by this key": "签名无效：文本已被更改，或并非由此密钥签名",
  "the trusted key {} has not signed this note; it names {}": "受信任的密钥 {} 未签署此文本；其中的签名者为 {}",
  "this browser cannot check Ed25519 signatures; a newer one can, and so can `actiontrail verify`": "此浏览器无法验证 Ed25519 签名；请使用更新的浏览器或 `actiontrail verify`",
  "the signed text is not a checkpoint: origin, size and root are wanted": "已签名的文本不是检查点：须有来源、大小和根",
  "the checkpoint is of the log {}, and the key of {}": "检查点属于日志 {}，而密钥属于 {}",
  // Hand-overs
  "hand-over {}: {}": "第 {} 次交接：{}",
  "not a hand-over note: it has six lines, the first is {}": "不是交接文本：应有六行，首行为 {}",
  "a hand-over is signed by two keys, the old one and the new one": "交接须由新旧两把密钥共同签名",
  "hand-over {} is by the key {}, and the one before led to {}: one is missing, or they are out of order": "第 {} 次交接由密钥 {} 作出，而前一次通向 {}：有缺失，或顺序有误",
  "hand-over {} is of a shorter log than the one before": "第 {} 次交接时的日志短于前一次",
  "the hand-overs lead back to an earlier key": "交接又回到了更早的密钥",
  "a hand-over of another log: {}, not {}": "属于另一日志的交接：{}，而非 {}",
  "a hand-over of another log: {}": "属于另一日志的交接：{}",
  "the hand-overs lead to the key {}, and the service shows {}: one is missing": "交接通向密钥 {}，而服务出示的是 {}：有缺失",
  "no hand-over leads from the key of the last visit to the one that is shown": "没有交接从上次访问时的密钥通向现在出示的密钥",
  "the service shows another key than this browser trusts, and no hand-over leads from one to the other": "服务出示的密钥与此浏览器信任的不同，且没有交接将两者相连",
  "a checkpoint of {} entries, signed by {}, to which the log was handed over with {}": "含 {} 个条目的检查点由 {} 签名，而日志到第 {} 条才交接给它",
  "a checkpoint of {} entries, signed by {} after it had handed the log over with {}: whoever signed this should not have had the key any more": "含 {} 个条目的检查点由 {} 签名，而它在第 {} 条时已交出日志：签名者本不应再持有该密钥",
  // Receipts
  "not a receipt: it is no JSON object": "不是回执：不是 JSON 对象",
  "not a receipt: it has no field {}": "不是回执：回执没有字段 {}",
  "not a receipt: {} is no count": "不是回执：{} 不是计数",
  "not a receipt: checkpoint is no text": "不是回执：checkpoint 不是文本",
  "not a receipt: places is no list": "不是回执：places 不是列表",
  "not a receipt: results is no list": "不是回执：results 不是列表",
  "place {} of the receipt is none: item, index and count are wanted": "回执的第 {} 个位置无效：须有 item、index 和 count",
  "result {} of the receipt is none: item and status are wanted": "回执的第 {} 个结果无效：须有 item 和 status",
  "event {} has two places, or they are out of order": "事件 {} 有两个位置，或顺序有误",
  "event {} has two places in the receipt": "事件 {} 在回执中有两个位置",
  "place {} is promised, and the signed log has {} entries": "回执承诺了位置 {}，而已签名的日志只有 {} 个条目",
  "{} accepted and {} repeated are acknowledged, and there are places for {} and {}": "回执确认接收 {} 个、重复 {} 个，而位置分别为 {} 和 {} 个",
  "event {} is called {}, against its place": "事件 {} 的状态为 {}，与其位置矛盾",
  "the service did not say which log it has now": "服务未说明其现在的日志",
  "the service showed no record for the place {}": "服务未出示位置 {} 的记录",
  "place {} was promised to the event {}, and holds another": "位置 {} 承诺给事件 {}，而其中是另一个事件",
  "the file that was sent holds {} events, and the receipt answers {}": "当时发送的文件有 {} 个事件，而回执回应了 {} 个",
  "line {} of what was sent is no JSON, and has the place {}": "当时发送内容的第 {} 行不是 JSON，却有位置 {}",
  "line {} of what was sent was recorded at the place {} with other content": "当时发送内容的第 {} 行记录于位置 {}，但内容不同",
};

const PATTERNS = Object.entries(PROBLEMS)
  .sort(([one], [other]) => letters(other) - letters(one)) // what says more is tried first
  .map(([english, chinese]) => [new RegExp(`^${english.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("(.*?)")}$`, "s"), chinese] as const);

function letters(text: string): number {
  return text.replaceAll("{}", "").length;
}

/** `problem`, which a proof tells, in `language`; a text that is none of ours stays as it is. */
export function problemIn(language: "en" | "zh", problem: string): string {
  if (language === "en") return problem;
  for (const [pattern, chinese] of PATTERNS) {
    const values = pattern.exec(problem)?.slice(1);
    if (values) return chinese.replaceAll("{}", () => problemIn(language, values.shift() ?? ""));
  }
  return problem;
}

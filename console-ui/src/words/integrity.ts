// The words of receipts and of the log's history: English, then Simplified Chinese. Pure data.
export const integrity = {
  "proof.step.places": ["Compare the promised places with the signed size", "将承诺的位置与已签名的大小比较"],
  "proof.step.since": ["Check that the log of today begins with the log of the receipt", "核对今日的日志以回执时的日志开始"],
  "proof.step.entries": ["Verify the evidence of each event, at its promised place", "逐一验证每个事件的证据及其承诺的位置"],
  "proof.receipt": ["True: the places of {events} events that this receipt promises are in the log {origin}, and the log only grew since. Which events stand there is not shown: choose the file that was sent.", "属实：此回执承诺的 {events} 个事件的位置都在日志 {origin} 中，且此后日志只增不改。未证明那里是哪些事件：请选择当时发送的文件。"],
  "proof.receipt.looked": ["True: of {events} events that this receipt promises, {looked} were looked at, and each stands at its place in the log {origin}.", "属实：此回执承诺 {events} 个事件，已核对 {looked} 个，均在日志 {origin} 的相应位置。"],
  "proof.receipt.compared": ["True: of {events} events that this receipt promises, {looked} were looked at; each stands at its place in the log {origin}, with the content that was sent.", "属实：此回执承诺 {events} 个事件，已核对 {looked} 个；均在日志 {origin} 的相应位置，且内容与发送时一致。"],
  "proof.verify.sent": ["The file that was sent", "当时发送的文件"],
  "proof.verify.sent.hint": ["Choose the file that this receipt answers, and each event of it is looked up and compared.", "选择此回执对应的文件，将逐一查找并比较其中的事件。"],
  "proof.verify.kinds": ["An event's evidence (.tlog-proof), the evidence of two checkpoints (.json), or a receipt: the answer to what was sent (.json).", "事件证据（.tlog-proof）、两个检查点的证据（.json），或回执：发送事件后得到的应答（.json）。"],
  "proof.history.more": ["+{n} entries", "+{n} 条"],
} as const;

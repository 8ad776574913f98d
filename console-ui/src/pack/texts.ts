// The texts of an evidence pack for people: README.txt, in both languages, and the case as Markdown. Pure.
import { pieces } from "../event/inert.ts";
import type { PackData } from "./types.ts";

export const REASONS: Record<string, readonly [string, string]> = {
  gone: ["not there for this account, or not any more", "对此账号不存在或已不可见"],
  unproved: ["not provable yet", "尚不能证明"],
  false: ["its evidence does not hold", "其证据不成立"],
  other: ["its evidence is of another record under the same id", "其证据属于同一 ID 下的另一条记录"],
};

/** `text` for a plain file: what cannot be seen by its code, on as many lines as it has. */
export function visible(text: string): string {
  return text.split(/\r\n|\r|\n/).map((line) => pieces(line).map((piece) => (piece.hidden ? `⟨${piece.text}⟩` : piece.text)).join("")).join("\n");
}

/** `text` as Markdown that shows it, and means nothing: no link, no picture, no markup, no list. */
export function markdown(text: string): string {
  return visible(text).split("\n")
    .map((line) => line.trim().replace(/[\\`*_{}[\]<>()#|~!&:@$^=]/g, "\\$&").replace(/^[-+]/, "\\$&").replace(/^(\d+)\./, "$1\\.").replace(/\bwww\./gi, "www\\."))
    .join("  \n");
}

export function readme({ title, made, account, by, log, events, left }: PackData): string {
  const name = visible(title).replaceAll("\n", " ");
  const example = events[0]?.file ?? "evidence/….tlog-proof";
  const handover = log.handovers.length > 0 ? " --handover log/handover.json" : "";
  const lines = [
    "EVIDENCE PACK OF ACTIONTRAIL", "",
    ...(name ? [`Case      ${name}`] : []),
    `Account   ${visible(account)}`, `Made      ${made} by ${visible(by)}`, `Events    ${events.length}`,
    ...(left.length > 0 ? [`Left out  ${left.length} (see case.md)`] : []),
    "",
    "What is in it",
    "  index.html       opens in a browser, asks nobody, and verifies each event itself",
    "  case.md          title, summary, events and notes, to be read; case.json the same for programs",
    "  events.ndjson    the events as the service read them, one on each line, in the order of time",
    "  evidence/        one file for each event: the record as it came, and the proof that the log holds it",
    "  log/vkey         the public key of the log, as the page that made this was shown it",
    ...(handover ? ["  log/handover.json  the hand-overs from each key of the log to the next"] : []),
    "  manifest.sha256  the SHA-256 of every other file here",
    "",
    "Check it without this pack's own viewer",
    "  sha256sum --check manifest.sha256",
    `  actiontrail verify ${example} --key log/vkey${handover}`,
    "",
    "The key decides. The one in log/vkey came with this pack, and so shows nothing about who signed:",
    "whoever made up the events could have put in a key of their own. Get the key another way (from whoever",
    "runs the log, from an earlier visit, from a witness), and give that one to --key or to the viewer.",
    "",
    "Whoever can alter a pack can alter index.html, too. For a judgement that matters use your own",
    "actiontrail, not one that came with the pack. It needs no server and no account.",
    "",
    "What this does not show: that an event happened as it tells (what is proved is what was sent to the",
    "recorder), and that these are all the events there are. Title, summary and notes are their author's",
    "word; nothing signs them.",
    "", "", "ACTIONTRAIL 证据包", "",
    ...(name ? [`案件      ${name}`] : []),
    `账号      ${visible(account)}`, `制作      ${made}，${visible(by)}`, `事件      ${events.length}`,
    ...(left.length > 0 ? [`未收入    ${left.length}（见 case.md）`] : []),
    "",
    "内容",
    "  index.html       用浏览器打开；不访问任何网络，自行逐一验证事件",
    "  case.md          标题、摘要、事件与备注，供阅读；case.json 为供程序使用的同样内容",
    "  events.ndjson    服务所读取的事件，每行一个，按时间排序",
    "  evidence/        每个事件一个文件：原始记录，以及日志包含该记录的证明",
    "  log/vkey         日志公钥，为制作此包的页面所见",
    ...(handover ? ["  log/handover.json  日志各密钥之间的交接"] : []),
    "  manifest.sha256  其余每个文件的 SHA-256",
    "",
    "不使用此包自带的查看器进行核对",
    "  sha256sum --check manifest.sha256",
    `  actiontrail verify ${example} --key log/vkey${handover}`,
    "",
    "关键在于密钥。log/vkey 随此包而来，不能说明签名者是谁：伪造事件者可放入自己的密钥。",
    "请通过其他途径取得密钥（日志运营方、以前的访问、见证方），并将其提供给 --key 或查看器。",
    "",
    "能篡改此包者也能篡改 index.html。重要的判断请使用您自己的 actiontrail（而非随包而来的），",
    "无需服务器，也无需账号。",
    "",
    "不能证明：事件确如其所述发生（证明的只是记录器收到的内容），以及这些就是全部事件。",
    "标题、摘要与备注出自作者，没有任何签名。", "",
  ];
  return lines.join("\n");
}

/** The case to be read, or to be put into a report. `told` is an event's sentence. */
export function caseMarkdown({ title, summary, made, account, by, events, left }: PackData, told: (at: number) => string): string {
  const parts = [`# ${markdown(title.replace(/\s+/g, " ")) || "Evidence pack"}`, `Account ${markdown(account)}, made ${made} by ${markdown(by)}. Times are UTC.`];
  if (summary) parts.push(markdown(summary));
  events.forEach(({ event, id, note, file }, at) => {
    parts.push(`## ${at + 1}. ${markdown(String(event.eventTime))}`, `${markdown(told(at))}`, `Event ${markdown(id)}, evidence in ${markdown(file)}`);
    if (note) parts.push(markdown(note).split("\n").map((line) => `> ${line}`).join("\n"));
  });
  if (left.length > 0) parts.push("## Left out", ...left.map(({ id, reason, problem, note }) => [`${markdown(id)}: ${REASONS[reason]?.[0] ?? reason}${problem ? ` (${markdown(problem)})` : ""}`, ...(note ? [markdown(note).split("\n").map((line) => `> ${line}`).join("\n")] : [])].join("\n\n")));
  return `${parts.join("\n\n")}\n`;
}

// An event's sentence, its names as links to their pages.
import { memo } from "react";
import { plain } from "../event/inert.ts";
import { sentence, type Part } from "../event/sentence.ts";
import type { AuditEvent } from "../service/types.ts";
import { usePreferences } from "../shell/preferences.ts";
import { actorPath, Link, resourcePath } from "./Link.tsx";

const NAME_MAX = 90;

export const SentenceLine = memo(function SentenceLine({ event, channel }: { event: AuditEvent; channel: string }) {
  const { language } = usePreferences();
  return (
    <span className="sentence" lang={language === "zh" ? "zh-CN" : "en"}>
      {sentence(event, channel, language).map((part, at) => (
        <Piece key={at} part={part} first={at === 0} zh={language === "zh"} />
      ))}
    </span>
  );
});

function Piece({ part, first, zh }: { part: Part; first: boolean; zh: boolean }) {
  const text = plain(part.text, NAME_MAX);
  const gap = first || (zh && text.startsWith("，")) ? "" : " ";
  switch (part.kind) {
    case "actor":
      return <>{gap}<Link className="s-actor" to={actorPath(part.of ?? "user", part.of === "role" ? (part.text.split(":")[0] ?? "") : part.text)}><bdi>{text}</bdi></Link></>;
    case "resource":
      return <>{gap}<Link className="s-resource" to={part.of === "ACS::RAM::AccessKey" ? actorPath("key", part.text) : resourcePath(part.text)}><bdi>{text}</bdi></Link></>;
    case "address":
      return <>{gap}<Link className="s-address" to={actorPath("address", part.text)}><bdi>{text}</bdi></Link></>;
    case "verb":
      return <>{gap}<strong>{text}</strong></>;
    case "value":
      return <>{gap}<bdi className="s-value">{text}</bdi></>;
    case "error":
      return <> <span className="s-error">{text}</span></>;
    case "word":
      return <>{gap}{text}</>;
  }
}
